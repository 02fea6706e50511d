/** The variables that are meant for voltana. */
export const voltanaVariables = (env: NodeJS.ProcessEnv = process.env): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(env).filter((entry): entry is [string, string] => entry[0].startsWith('VOLTANA_') && entry[1] !== undefined),
  );

/** The key that OpenAI's clients, and those who measure servers, read. */
export const openAiKey = (env: NodeJS.ProcessEnv = process.env): string | null => env['OPENAI_API_KEY'] || null;

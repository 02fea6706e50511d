import { appendFile } from 'node:fs/promises';

/** Whether GitHub Actions runs us: it takes workflow commands from our output, and a page from a file. */
export const underGithub = (env: NodeJS.ProcessEnv = process.env): boolean => env['GITHUB_ACTIONS'] === 'true';

/**
 * Appends a page to the summary of the step that we are; does nothing elsewhere.
 * @returns why it could not be written, null where it was or need not be: a summary must not cost a result
 */
export async function appendStepSummary(page: string, env: NodeJS.ProcessEnv = process.env): Promise<string | null> {
  const file = env['GITHUB_STEP_SUMMARY'];
  if (!underGithub(env) || !file) return null;
  try {
    await appendFile(file, `${page}\n`);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

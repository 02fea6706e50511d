import { HttpError } from '../http.ts';

export interface StreamOptions {
  readonly includeUsage: boolean;
  readonly continuousUsage: boolean;
}

/** What an emulated engine reads of an OpenAI body. */
export interface Asked extends StreamOptions {
  readonly api: 'completion' | 'chat';
  /** Tokens of each prompt; several are a batch. */
  readonly promptsTokens: readonly number[];
  /** Choices for each prompt. */
  readonly n: number;
  readonly maxTokens: number;
  readonly stream: boolean;
  /** Left out: whatever the engine serves. */
  readonly model: string | null;
}

export type Fields = Readonly<Record<string, unknown>>;

/** OpenAI's; a chat without a limit may go on to the end of the context in a real engine. */
const DEFAULT_MAX_TOKENS = { completion: 16, chat: 128 } as const;
const MAX_CHOICES = 128;
/** What a chat template adds to a message. */
const TEMPLATE_TOKENS = 1;

export const refuse = (message: string, status = 400): never => {
  throw new HttpError(status, message);
};

export const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);

/** The emulated tokenizer: one token per whitespace-separated word, counted without splitting. */
export const countWords = (text: string): number => {
  let words = 0;
  let inWord = false;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    const blank = code === 32 || (code >= 9 && code <= 13);
    if (!blank && !inWord) words += 1;
    inWord = !blank;
  }
  return words;
};

const isTokenIds = (value: unknown): value is readonly number[] =>
  Array.isArray(value) && value.length > 0 && value.every(Number.isInteger);

/** @returns null for what is no single prompt */
const tokensOf = (prompt: unknown, name: string): number | null => {
  if (typeof prompt === 'string') return countWords(prompt) || refuse(`"${name}" is empty`);
  return isTokenIds(prompt) ? prompt.length : null;
};

/** One prompt, or a batch of them: a text, token ids, or an array of either. @throws HttpError 400 */
export const promptsTokensOf = (prompt: unknown, name: string): readonly number[] => {
  if (prompt === undefined || prompt === null) return refuse(`"${name}" is missing`);
  const one = tokensOf(prompt, name);
  if (one !== null) return [one];
  if (!Array.isArray(prompt)) return refuse(`"${name}" must be a text, an array of token ids, or an array of such`);
  if (prompt.length === 0) return refuse(`"${name}" is empty`);
  return prompt.map((item) => tokensOf(item, name) ?? refuse(`"${name}" must be a text, an array of token ids, or an array of such`));
};

const contentTokens = (content: unknown): number => {
  if (typeof content === 'string') return countWords(content);
  if (!Array.isArray(content))
    return content === null || content === undefined ? 0 : refuse('"content" of a message must be a text or an array');
  return content.reduce<number>(
    (sum, part) => sum + (isFields(part) && typeof part['text'] === 'string' ? countWords(part['text']) : 0),
    0,
  );
};

/** @throws HttpError 400 */
const messagesTokensOf = (messages: unknown): readonly number[] => {
  if (!Array.isArray(messages) || messages.length === 0) return refuse('"messages" must be an array of messages');
  const tokens = messages.map((message) => {
    if (!isFields(message) || typeof message['role'] !== 'string') return refuse('every message must be an object with a "role"');
    return contentTokens(message['content']) + TEMPLATE_TOKENS;
  });
  return [tokens.reduce((sum, one) => sum + one, 0)];
};

/** @throws HttpError 400 */
export const countOf = (value: unknown, name: string, fallback: number): number => {
  if (value === undefined || value === null) return fallback;
  if (Number.isSafeInteger(value) && (value as number) > 0) return value as number;
  return refuse(`"${name}" must be a positive integer`);
};

const flagOf = (fields: Fields, name: string): boolean => {
  const value = fields[name] ?? false;
  return typeof value === 'boolean' ? value : refuse(`"${name}" must be true or false`);
};

const streamOptionsOf = (fields: Fields, stream: boolean): StreamOptions => {
  const options = fields['stream_options'] ?? null;
  if (options === null) return { includeUsage: false, continuousUsage: false };
  if (!isFields(options)) return refuse('"stream_options" must be an object');
  if (!stream) return refuse('"stream_options" can only be given with "stream": true');
  return { includeUsage: flagOf(options, 'include_usage'), continuousUsage: flagOf(options, 'continuous_usage_stats') };
};

const maxTokensOf = (fields: Fields, api: Asked['api']): number => {
  const plain = countOf(fields['max_tokens'], 'max_tokens', DEFAULT_MAX_TOKENS[api]);
  return api === 'chat' ? countOf(fields['max_completion_tokens'], 'max_completion_tokens', plain) : plain;
};

/** @throws HttpError 400 that names the field */
export const parseAsked = (fields: Fields, api: Asked['api']): Asked => {
  const stream = flagOf(fields, 'stream');
  const maxTokens = maxTokensOf(fields, api);
  const n = countOf(fields['n'], 'n', 1);
  if (n > MAX_CHOICES) refuse(`"n" must be ${MAX_CHOICES} at most`);
  const minTokens = fields['min_tokens'] ?? 0;
  if (typeof minTokens !== 'number' || minTokens > maxTokens)
    refuse(`"min_tokens" must be a number up to "max_tokens", which is ${maxTokens}`);
  const model = fields['model'] ?? null;
  if (model !== null && typeof model !== 'string') refuse('"model" must be a name');
  return {
    api,
    promptsTokens: api === 'chat' ? messagesTokensOf(fields['messages']) : promptsTokensOf(fields['prompt'], 'prompt'),
    n,
    maxTokens,
    stream,
    model: model as string | null,
    ...streamOptionsOf(fields, stream),
  };
};

/** Prompt tokens of each sub-request: `n` of each prompt, in the order of the choices. */
export const subRequestTokens = ({ promptsTokens, n }: Asked): readonly number[] =>
  promptsTokens.flatMap((tokens) => Array<number>(n).fill(tokens));

import { HttpError } from './http.ts';

/** Where a decode instance asks for a room's KV. */
export interface BootstrapAddress {
  readonly host: string;
  readonly port: number;
}

/** What an emulated engine reads of an OpenAI completion body. */
export interface CompletionRequest {
  readonly promptTokens: number;
  readonly maxTokens: number;
  readonly stream: boolean;
  readonly includeUsage: boolean;
  readonly room: number;
  /** Null for room 0, which has no peer. */
  readonly bootstrap: BootstrapAddress | null;
}

const DEFAULT_MAX_TOKENS = 16;
const MAX_PORT = 65_535;
type Fields = Readonly<Record<string, unknown>>;

const refuse = (message: string): never => {
  throw new HttpError(400, message);
};

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);

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

const promptTokensOf = (prompt: unknown): number => {
  if (prompt === undefined) return refuse('"prompt" is missing');
  if (typeof prompt === 'string') return countWords(prompt) || refuse('"prompt" is empty');
  if (!Array.isArray(prompt) || !prompt.every(Number.isInteger)) return refuse('"prompt" must be a string or an array of token ids');
  return prompt.length || refuse('"prompt" is empty');
};

const maxTokensOf = (maxTokens: unknown): number => {
  if (maxTokens === undefined || maxTokens === null) return DEFAULT_MAX_TOKENS;
  if (Number.isSafeInteger(maxTokens) && (maxTokens as number) > 0) return maxTokens as number;
  return refuse('"max_tokens" must be a positive integer');
};

const roomOf = (room: unknown): number => {
  if (room === undefined || room === null) return refuse('this server is one half of a prefill/decode pair: "bootstrap_room" is missing');
  if (Number.isSafeInteger(room) && (room as number) >= 0) return room as number;
  return refuse('"bootstrap_room" must be an integer in [0, 2^53)');
};

const bootstrapOf = (fields: Fields): BootstrapAddress => {
  const { bootstrap_host: host, bootstrap_port: port } = fields;
  if (typeof host !== 'string' || host === '') return refuse('"bootstrap_host" is missing');
  if (!Number.isInteger(port) || (port as number) < 1 || (port as number) > MAX_PORT) return refuse('"bootstrap_port" must be a port');
  return { host, port: port as number };
};

const includesUsage = (options: unknown): boolean => isFields(options) && options['include_usage'] === true;

/** @throws HttpError 400 that names the field */
export const parseCompletion = (body: unknown): CompletionRequest => {
  if (!isFields(body)) return refuse('the body must be a JSON object');
  const n = body['n'] ?? 1;
  if (n !== 1) return refuse('"n" must be 1: this engine answers one choice');
  const promptTokens = promptTokensOf(body['prompt']);
  const maxTokens = maxTokensOf(body['max_tokens']);
  const room = roomOf(body['bootstrap_room']);
  return {
    promptTokens,
    maxTokens,
    stream: body['stream'] === true,
    includeUsage: includesUsage(body['stream_options']),
    room,
    bootstrap: room === 0 ? null : bootstrapOf(body),
  };
};

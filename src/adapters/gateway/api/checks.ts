import type { RawObject } from '../../../domain/raw-json.ts';
import { badRequest } from '../api-error.ts';
import { isObject, type Json } from './json.ts';
import type { Prompt, Wishes } from './shape.ts';

type Body = Readonly<Json>;

export const optionalBoolean = (body: Body, key: string): boolean => {
  const value = body[key];
  if (value === undefined || value === null) return false;
  if (typeof value !== 'boolean') throw badRequest(`${key} must be true or false`, key);
  return value;
};

const optionalString = (body: Body, key: string): string | null => {
  const value = body[key];
  if (value === undefined || value === null) return null;
  if (typeof value !== 'string') throw badRequest(`${key} must be a string`, key);
  return value;
};

export const optionalObject = (body: Body, key: string): Body => {
  const value = body[key];
  if (value === undefined || value === null) return {};
  if (!isObject(value)) throw badRequest(`${key} must be an object`, key);
  return value;
};

const checkCount = (body: Body, key: string): void => {
  const value = body[key];
  if (value === undefined || value === null) return;
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 1) throw badRequest(`${key} must be a whole number above 0`, key);
};

const isTokens = (value: unknown): value is number[] => Array.isArray(value) && value.every((id) => Number.isInteger(id));

const noPrompt: Prompt = { tokens: null, bytes: 0, pieces: () => [] };
const ofText = (texts: readonly string[]): Prompt => ({
  tokens: null,
  bytes: texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0),
  pieces: () => texts,
});
const ofTokens = (lists: readonly (readonly number[])[]): Prompt => ({
  tokens: lists.reduce((sum, list) => sum + list.length, 0),
  bytes: 0,
  pieces: () => lists.map((list) => list.join(',')),
});

/** A text, token ids, or a list of either. */
export const promptIn = (body: Body, key: string): Prompt => {
  const value = body[key];
  if (value === undefined || value === null) return noPrompt;
  if (typeof value === 'string') return ofText([value]);
  if (isTokens(value) && value.length > 0) return ofTokens([value]);
  if (Array.isArray(value) && value.length > 0) {
    if (value.every((item) => typeof item === 'string')) return ofText(value);
    if (value.every(isTokens)) return ofTokens(value);
  }
  throw badRequest(`${key} must be a string, a list of token ids, or a list of either`, key);
};

/** What both of OpenAI's APIs have in common. */
export const openAiWishes = ({ value }: RawObject, prompt: Prompt): Wishes => {
  checkCount(value, 'n');
  const options = optionalObject(value, 'stream_options');
  const usage = optionalBoolean(options, 'include_usage') || optionalBoolean(options, 'continuous_usage_stats');
  return { model: optionalString(value, 'model'), stream: optionalBoolean(value, 'stream'), usage, prompt };
};

/** Streamed and with usage, whatever was asked for. */
export const streamedWithUsage = (body: RawObject): RawObject => {
  const { stream, stream_options: options } = body.value;
  const asked = isObject(options) ? options : {};
  if (stream === true && asked['include_usage'] === true) return body;
  return body.with({ stream: 'true', stream_options: JSON.stringify({ ...asked, include_usage: true }) });
};

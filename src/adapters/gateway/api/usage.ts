import { parseObject, type Json } from './json.ts';
import { countAfter, isObjectAt, valueAfter } from './scan.ts';
import type { News } from './shape.ts';

export interface Usage {
  readonly promptTokens: number;
  readonly completionTokens: number;
  readonly cachedTokens: number;
}

/** Clears `news` and reads OpenAI's usage into it. */
export const scanUsage = (payload: string, news: News): void => {
  const at = valueAfter(payload, '"usage"');
  const told = isObjectAt(payload, at);
  news.text = news.opening = news.usageOnly = news.error = false;
  news.promptTokens = told ? countAfter(payload, '"prompt_tokens"', at) : -1;
  news.completionTokens = told ? countAfter(payload, '"completion_tokens"', at) : -1;
  news.cachedTokens = told ? countAfter(payload, '"cached_tokens"', at) : -1;
};

/** `"choices":[]` beside a usage. */
export const isUsageOnly = (payload: string, news: News): boolean => {
  if (news.completionTokens === -1) return false;
  const at = valueAfter(payload, '"choices"');
  return at !== -1 && /^\[\s*\]/.test(payload.slice(at, at + 8));
};

/** Of a whole answer, whichever API's: -1 where it tells none. */
export const usageOf = (answer: string): Usage => ({
  promptTokens: countAfter(answer, '"prompt_tokens"'),
  completionTokens: countAfter(answer, '"completion_tokens"'),
  cachedTokens: countAfter(answer, '"cached_tokens"'),
});

const event = (payload: Json): string => `data: ${JSON.stringify(payload)}\n\n`;
export const DONE_EVENT = 'data: [DONE]\n\n';

/** A whole answer as one chunk, its usage as another where it was asked for. */
export const asEvents = (answer: string, wantsUsage: boolean, chunkOf: (answer: Json) => Json): string => {
  const { usage, ...rest } = parseObject(answer);
  const chunk = chunkOf(rest);
  const last = wantsUsage && usage !== undefined ? event({ ...chunk, choices: [], usage }) : '';
  return event(chunk) + last + DONE_EVENT;
};

import { openAiWishes, promptIn, streamedWithUsage } from './checks.ts';
import { at, inOrder, merge, objectsIn, parseObject, type Json } from './json.ts';
import { hasText, holdsError } from './scan.ts';
import type { ApiShape, Assembler, News } from './shape.ts';
import { asEvents, isUsageOnly, scanUsage } from './usage.ts';

const scan = (payload: string, news: News): void => {
  scanUsage(payload, news);
  news.text = hasText(payload, '"text"');
  if (news.text) return;
  news.usageOnly = isUsageOnly(payload, news);
  news.error = holdsError(payload);
};

const JOINED = ['text'];
const blank = (index: number): Json => ({ index, text: '' });

const assembler = (): Assembler => {
  const whole: Json = {};
  const choices = new Map<number, Json>();
  return {
    push(payload) {
      const chunk = parseObject(payload);
      merge(whole, chunk, [], 'choices');
      for (const choice of objectsIn(chunk['choices'])) merge(at(choices, choice['index'], blank), choice, JOINED);
    },
    answer: () => JSON.stringify({ ...whole, object: 'text_completion', choices: inOrder(choices) }),
  };
};

/** `/v1/completions`. */
export const completionsShape: ApiShape = {
  path: '/v1/completions',
  read: (body) => openAiWishes(body, promptIn(body.value, 'prompt')),
  upstream: streamedWithUsage,
  scanner: () => scan,
  assembler,
  events: (answer, { usage }) => asEvents(answer, usage, (whole) => whole),
};

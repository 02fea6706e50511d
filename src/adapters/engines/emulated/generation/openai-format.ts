import { DONE_EVENT, type AnswerFormat } from './answer.ts';
import type { StreamOptions } from './asked.ts';

export interface OpenAiAnswer extends StreamOptions {
  readonly api: 'completion' | 'chat';
  readonly id: string;
  readonly model: string;
  readonly createdS: number;
  readonly promptTokens: number;
  /** Prompt tokens found in a cache; null where the engine does not report them. */
  readonly cachedTokens: number | null;
  readonly finishReason?: string;
  /** Further members of the whole answer, and of each of its choices. */
  readonly extra?: Readonly<Record<string, unknown>>;
  readonly choiceExtra?: Readonly<Record<string, unknown>>;
}

const TOKEN_TEXT = ' tok';
const OBJECTS = { completion: ['text_completion', 'text_completion'], chat: ['chat.completion.chunk', 'chat.completion'] } as const;

const event = (payload: unknown): string => `data: ${JSON.stringify(payload)}\n\n`;

/** One choice as the API words it: of a chunk, or of a whole answer. */
const wording = (api: OpenAiAnswer['api']) => ({
  chunk: (index: number, text: string, finish: string | null) =>
    api === 'completion'
      ? { index, text, logprobs: null, finish_reason: finish }
      : { index, delta: text === '' ? {} : { content: text }, logprobs: null, finish_reason: finish },
  whole: (index: number, text: string, finish: string) =>
    api === 'completion'
      ? { index, text, logprobs: null, finish_reason: finish }
      : { index, message: { role: 'assistant', content: text }, logprobs: null, finish_reason: finish },
});

/** OpenAI completions and chat. Every token is the same word; a common event is built once, so that a token costs one write. */
export const openAiFormat = (answer: OpenAiAnswer): AnswerFormat => {
  const { api, id, model, createdS, promptTokens, cachedTokens, finishReason = 'length', includeUsage, continuousUsage } = answer;
  const [chunkObject, wholeObject] = OBJECTS[api];
  const words = wording(api);
  const head = { id, object: chunkObject, created: createdS, model };
  const usage = (completionTokens: number) => ({
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    total_tokens: promptTokens + completionTokens,
    ...(cachedTokens === null ? {} : { prompt_tokens_details: { cached_tokens: cachedTokens } }),
  });
  const sum = (totals: readonly number[]): number => totals.reduce((all, one) => all + one, 0);
  const chunk = (choice: unknown, total: number): string =>
    event({ ...head, choices: [choice], ...(continuousUsage ? { usage: usage(total) } : {}) });
  const plain = continuousUsage ? null : chunk(words.chunk(0, TOKEN_TEXT, null), 0);
  return {
    begin: (choice) =>
      api === 'chat' ? chunk({ index: choice, delta: { role: 'assistant', content: '' }, logprobs: null, finish_reason: null }, 0) : '',
    tokens: (choice, count, total) =>
      plain !== null && choice === 0 && count === 1 ? plain : chunk(words.chunk(choice, TOKEN_TEXT.repeat(count), null), total),
    end: (choice, total) => chunk(words.chunk(choice, '', finishReason), total),
    close: (totals) => (includeUsage ? event({ ...head, choices: [], usage: usage(sum(totals)) }) : '') + DONE_EVENT,
    whole: (totals) => {
      const choices = totals.map((tokens, index) => ({
        ...words.whole(index, TOKEN_TEXT.repeat(tokens), finishReason),
        ...answer.choiceExtra,
      }));
      return JSON.stringify({ ...head, object: wholeObject, choices, usage: usage(sum(totals)), ...answer.extra });
    },
  };
};

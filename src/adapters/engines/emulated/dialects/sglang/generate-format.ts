import { DONE_EVENT, type AnswerFormat } from '../../generation/answer.ts';

const TOKEN_TEXT = ' tok';

/** SGLang's own API: every event holds the whole text so far. A batch is an array of answers, and its events have an index. */
export const generateFormat = (ids: readonly string[], promptsTokens: readonly number[], batch: boolean): AnswerFormat => {
  const part = (choice: number, total: number, finished: boolean) => ({
    text: TOKEN_TEXT.repeat(total),
    output_ids: Array<number>(total).fill(1),
    meta_info: {
      id: ids[choice],
      finish_reason: finished ? { type: 'length', length: total } : null,
      prompt_tokens: promptsTokens[choice],
      completion_tokens: total,
      cached_tokens: 0,
      weight_version: 'default',
    },
  });
  const event = (choice: number, total: number, finished: boolean): string =>
    `data: ${JSON.stringify({ ...part(choice, total, finished), ...(batch ? { index: choice } : {}) })}\n\n`;
  return {
    begin: () => '',
    tokens: (choice, _count, total) => event(choice, total, false),
    end: (choice, total) => event(choice, total, true),
    close: () => DONE_EVENT,
    whole: (totals) => {
      const parts = totals.map((total, choice) => part(choice, total, true));
      return JSON.stringify(batch ? parts : parts[0]);
    },
  };
};

/** What one request's answer looks like on the wire, prebuilt so that a token costs one write. */
export interface CompletionText {
  readonly tokenEvent: string;
  readonly finalEvent: string;
  usageEvent(completionTokens: number): string;
  json(completionTokens: number): string;
}

export const DONE_EVENT = 'data: [DONE]\n\n';
const TOKEN_TEXT = ' tok';

const event = (payload: unknown): string => `data: ${JSON.stringify(payload)}\n\n`;

export const errorEvent = (message: string): string => event({ error: { message, code: 500 } });

export const completionText = (id: string, model: string, createdS: number, promptTokens: number): CompletionText => {
  const head = { id, object: 'text_completion', created: createdS, model };
  const choice = (text: string, finishReason: string | null) => ({ index: 0, text, logprobs: null, finish_reason: finishReason });
  const usage = (completionTokens: number) => ({
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    total_tokens: promptTokens + completionTokens,
  });
  return {
    tokenEvent: event({ ...head, choices: [choice(TOKEN_TEXT, null)] }),
    finalEvent: event({ ...head, choices: [choice('', 'length')] }),
    usageEvent: (completionTokens) => event({ ...head, choices: [], usage: usage(completionTokens) }),
    json: (completionTokens) =>
      JSON.stringify({ ...head, choices: [choice(TOKEN_TEXT.repeat(completionTokens), 'length')], usage: usage(completionTokens) }),
  };
};

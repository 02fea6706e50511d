interface Choice {
  readonly text?: unknown;
  readonly delta?: { readonly content?: unknown; readonly reasoning_content?: unknown } | null;
}

const filled = (value: unknown): boolean => typeof value === 'string' && value !== '';

const carriesText = (choice: Choice): boolean =>
  filled(choice.text) || filled(choice.delta?.content) || filled(choice.delta?.reasoning_content);

const choicesOf = (payload: string): readonly Choice[] => {
  try {
    const chunk = JSON.parse(payload) as { choices?: unknown } | null;
    return Array.isArray(chunk?.choices) ? (chunk.choices as Choice[]) : [];
  } catch {
    // An unreadable event is relayed like any other; it only carries no tokens.
    return [];
  }
};

/** Tokens of one OpenAI completion or chat chunk: one if any choice carries text; null for the end of the stream. */
export const tokensInOpenAiChunk = (payload: string): number | null => {
  if (payload.trim() === '[DONE]') return null;
  return choicesOf(payload).some((choice) => choice !== null && carriesText(choice)) ? 1 : 0;
};

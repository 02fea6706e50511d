/** What a payload of an engine says beside its text. */
export interface Report {
  readonly error: string | null;
  readonly promptTokens: number | null;
  readonly completionTokens: number | null;
}

const NOTHING: Report = { error: null, promptTokens: null, completionTokens: null };

const count = (value: unknown): number | null => (typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : null);

const messageIn = (error: unknown): string | null => {
  if (error === undefined || error === null) return null;
  if (typeof error === 'string') return error;
  const { message } = error as { message?: unknown };
  return typeof message === 'string' ? message : JSON.stringify(error);
};

/** Reads an engine's JSON: its error, its usage. Text that is not JSON reports nothing. */
export const reportOf = (text: string): Report => {
  try {
    const payload = JSON.parse(text) as { error?: unknown; usage?: { prompt_tokens?: unknown; completion_tokens?: unknown } | null } | null;
    return {
      error: messageIn(payload?.error),
      promptTokens: count(payload?.usage?.prompt_tokens),
      completionTokens: count(payload?.usage?.completion_tokens),
    };
  } catch {
    return NOTHING;
  }
};

/**
 * The same for one streamed payload, cheaply: almost none has either key, and inside a JSON string the quotes would
 * be escaped, so looking for the quoted word cannot be fooled by generated text.
 */
export const reportOfEvent = (payload: string): Report =>
  payload.includes('"usage"') || payload.includes('"error"') ? reportOf(payload) : NOTHING;

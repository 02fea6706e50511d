import { EngineRefusal } from '../../../domain/engine-refusal.ts';
import { VoltanaError } from '../../../domain/errors.ts';
import { tokensInOpenAiChunk } from '../sglang/chunk-tokens.ts';

interface Chunk {
  /** With `continuous_usage_stats`: SGLang, vLLM, TensorRT-LLM. */
  readonly usage?: { readonly completion_tokens?: unknown } | null;
  /** With `timings_per_token`: llama.cpp's server. */
  readonly timings?: { readonly predicted_n?: unknown } | null;
  readonly error?: unknown;
}

const chunkOf = (payload: string): Chunk => {
  try {
    return (JSON.parse(payload) as Chunk | null) ?? {};
  } catch {
    // An unreadable event carries no tokens.
    return {};
  }
};

const countIn = ({ usage, timings }: Chunk): number | null => {
  const told = usage?.completion_tokens ?? timings?.predicted_n;
  return typeof told === 'number' && Number.isFinite(told) ? told : null;
};

const BAD_REQUEST = 400;

function failureIn(error: unknown): VoltanaError {
  const { message = error, code } = (typeof error === 'object' ? error : {}) as { readonly message?: unknown; readonly code?: unknown };
  const text = `the engine ended a probe with an error: ${typeof message === 'string' ? message : JSON.stringify(message)}`;
  return code === BAD_REQUEST ? new EngineRefusal(text) : new VoltanaError('ENGINE_FAILED', text);
}

/**
 * Counts the tokens of one answer. An event may carry several, or one whose text is still empty: where the engine counts them itself, its
 * count is taken, and events with text otherwise.
 */
export class StreamedTokens {
  #seen = 0;
  #told = false;

  /** @returns further tokens; null at the end of the answer. @throws VoltanaError ENGINE_FAILED for an error in the stream */
  in(payload: string): number | null {
    if (payload.trim() === '[DONE]') return null;
    const chunk = chunkOf(payload);
    if (chunk.error !== undefined && chunk.error !== null) throw failureIn(chunk.error);
    const told = countIn(chunk);
    this.#told ||= told !== null;
    const now = this.#told ? Math.max(this.#seen, told ?? 0) : this.#seen + (tokensInOpenAiChunk(payload) ?? 0);
    const further = now - this.#seen;
    this.#seen = now;
    return further;
  }
}

import type { WorkloadRequest } from '../../../domain/request.ts';
import { promptText } from './prompt.ts';

/** What one streamed event says to a client. */
export interface StreamEvent {
  readonly text: boolean;
  readonly finished: boolean;
  readonly usage: { readonly promptTokens: number | null; readonly outputTokens: number | null } | null;
  /** The server's or the parser's complaint; null when all is well. */
  readonly error: string | null;
}

/** One streaming API: where to post, what to post, and how to read an event. */
export interface StreamApi {
  readonly path: string;
  body(request: WorkloadRequest, model: string): string;
  read(payload: string): StreamEvent;
}

interface Choice {
  readonly text?: unknown;
  readonly finish_reason?: unknown;
}

/** What a chunk should be; the server decides what it is. */
interface CompletionChunk {
  readonly choices?: readonly (Choice | null)[];
  readonly usage?: { readonly prompt_tokens?: unknown; readonly completion_tokens?: unknown } | null;
  readonly error?: { readonly message?: unknown } | string | null;
}

const failure = (error: string): StreamEvent => ({ text: false, finished: false, usage: null, error });

const errorText = (error: NonNullable<CompletionChunk['error']>): string =>
  typeof error === 'string' ? error : typeof error.message === 'string' ? error.message : JSON.stringify(error);

const countOf = (value: unknown): number | null => (Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : null);

const readUsage = (usage: CompletionChunk['usage']): StreamEvent['usage'] =>
  usage ? { promptTokens: countOf(usage.prompt_tokens), outputTokens: countOf(usage.completion_tokens) } : null;

const parseChunk = (payload: string): CompletionChunk | null => {
  try {
    const chunk: unknown = JSON.parse(payload);
    return typeof chunk === 'object' ? chunk : null;
  } catch {
    return null;
  }
};

const read = (payload: string): StreamEvent => {
  const chunk = parseChunk(payload);
  if (chunk === null) return failure(`malformed event: ${payload.slice(0, 80)}`);
  if (chunk.error) return failure(errorText(chunk.error));
  const choices: readonly (Choice | null)[] = Array.isArray(chunk.choices) ? chunk.choices : [];
  return {
    text: choices.some((choice) => typeof choice?.text === 'string' && choice.text !== ''),
    finished: choices.some((choice) => Boolean(choice?.finish_reason)),
    usage: readUsage(chunk.usage),
    error: null,
  };
};

/** OpenAI's `/v1/completions`, as SGLang, vLLM and TensorRT-LLM serve it. */
export const completionsApi: StreamApi = {
  path: '/v1/completions',
  body: ({ id, promptTokens, maxTokens }, model) =>
    JSON.stringify({
      model,
      prompt: promptText(id, promptTokens),
      max_tokens: maxTokens,
      ignore_eos: true,
      stream: true,
      stream_options: { include_usage: true },
      temperature: 0,
    }),
  read,
};

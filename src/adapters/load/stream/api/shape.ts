import type { BenchApi } from '../../../../domain/bench.ts';
import type { WorkloadRequest } from '../../../../domain/request.ts';

/** Counts of an answer so far; null where the server does not tell. */
export interface RunningUsage {
  readonly promptTokens: number | null;
  readonly outputTokens: number | null;
}

/** What one streamed event says to a client. */
export interface StreamEvent {
  /** It carries generated text. */
  readonly text: boolean;
  readonly finished: boolean;
  readonly usage: RunningUsage | null;
  /** The server's or the parser's complaint; null when all is well. */
  readonly error: string | null;
}

/** Nearly all events of a stream. One for all: there are millions. */
export const TEXT_EVENT: StreamEvent = { text: true, finished: false, usage: null, error: null };

export const failure = (error: string): StreamEvent => ({ text: false, finished: false, usage: null, error });

export type EventReader = (payload: string) => StreamEvent;

/** What of a request's body is not in the schedule. */
export interface BodyOptions {
  readonly model: string;
  /** Tokens that the server counts for each word of a prompt. */
  readonly tokensPerWord: number;
  /** Asks for counts in every event: vLLM's option, which others may refuse. */
  readonly continuousUsage: boolean;
}

/** One streaming API: where to post, what to post, and how to read the events of an answer. */
export interface StreamApi {
  readonly id: BenchApi;
  readonly path: string;
  body(request: WorkloadRequest, options: BodyOptions): string;
  /** One for each answer. It never throws, whatever the server sends. */
  reader(): EventReader;
}

export const countOf = (value: unknown): number | null =>
  Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : null;

export type Fields = Readonly<Record<string, unknown>>;

export const fieldsOf = (value: unknown): Fields | null =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : null;

/** Null for what is no JSON object. */
export const parseFields = (payload: string): Fields | null => {
  try {
    return fieldsOf(JSON.parse(payload));
  } catch {
    return null;
  }
};

const PAYLOAD_START = 80;
export const malformed = (payload: string): StreamEvent => failure(`malformed event: ${payload.slice(0, PAYLOAD_START)}`);

/** What a server complains of in place of a chunk; null for a chunk. */
export const errorOf = ({ error }: Fields): string | null => {
  if (!error) return null;
  const message = fieldsOf(error)?.['message'];
  if (typeof error === 'string') return error;
  return typeof message === 'string' ? message : JSON.stringify(error);
};

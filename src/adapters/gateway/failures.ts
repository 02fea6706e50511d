import type { LegOutcome } from '../../ports/dispatcher.ts';
import { ApiError } from './api-error.ts';

/** Why a leg gave no answer. */
export interface LegFailure {
  /** What the client is told when no further attempt helps. */
  readonly error: ApiError;
  /** Whether another pair might do better. */
  readonly retryable: boolean;
  /** How it counts against the instance; null when it is not to blame. */
  readonly blame: LegOutcome | null;
  /** The engine answered, and with an error of its own: what one request shows of it may as well be of the request. */
  readonly answered?: boolean;
}

const BAD_GATEWAY = 502;
const SHOWN_CHARACTERS = 300;
/** The client's fault is not retried, but these say "not now". */
const PASSING = new Set([408, 429]);
export const REFUSAL_LIMIT_BYTES = 64 * 1024;

export const engineFailed = (message: string, cause?: unknown): LegFailure => ({
  error: new ApiError(BAD_GATEWAY, message, { code: 'engine_failed', cause }),
  retryable: true,
  blame: 'failed',
});

/** Of this process, not of whom it wanted to reach. */
const OWN_LIMITS = ['EMFILE', 'ENFILE'];

export const unreachable = (who: string, error: NodeJS.ErrnoException): LegFailure => {
  if (!OWN_LIMITS.includes(error.code ?? '')) return engineFailed(`${who} cannot be reached or broke off: ${error.message}`, error);
  const message = 'the gateway has no file descriptors left: raise its limit (ulimit -n), or lower gateway.maxInFlight';
  return { error: new ApiError(503, message, { code: 'out_of_descriptors', cause: error }), retryable: false, blame: null };
};

export const isSuccess = (status: number): boolean => status >= 200 && status < 300;

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
};

type Complaint = { readonly message?: unknown; readonly code?: unknown; readonly status?: unknown; readonly param?: unknown } | null;

/** `{error: {message}}`, `{error: "text"}`, or a `message`, `detail` beside nothing else. */
const complaintIn = (payload: unknown): Complaint => {
  if (typeof payload !== 'object' || payload === null) return null;
  const { error, message, detail } = payload as Record<string, unknown>;
  if (typeof error === 'object' && error !== null) return error;
  if (typeof error === 'string') return { message: error };
  return message === undefined && detail === undefined ? null : { message: message ?? detail };
};

const messageIn = (complaint: Complaint, text: string): string => {
  if (complaint === null) return text.slice(0, SHOWN_CHARACTERS).trim();
  return typeof complaint.message === 'string' ? complaint.message : JSON.stringify(complaint);
};

const inOpenAiShape = (payload: unknown): boolean =>
  typeof payload === 'object' && payload !== null && typeof (payload as { error?: unknown }).error === 'object';

/** An answer that is no success: what a client did wrong is passed on as such, since a 502 would blame a healthy engine. */
export const refusal = (who: string, status: number, body: string): LegFailure => {
  const payload = parsed(body);
  const complaint = complaintIn(payload);
  const message = messageIn(complaint, body);
  if (status < 400 || status >= 500) return { ...engineFailed(`${who} answered ${status}: ${message}`), answered: true };
  const retryable = PASSING.has(status);
  const error = inOpenAiShape(payload)
    ? new ApiError(status, message, { body })
    : new ApiError(status, message, { code: 'engine_refused' });
  // It answered at once and in order: no mark against it, and of one that is full none for it either.
  return { error, retryable, blame: retryable ? null : 'ok' };
};

const statusIn = (complaint: Complaint): number => {
  const told = [complaint?.status, complaint?.code].map(Number).find((code) => code >= 400 && code < 600);
  return told ?? BAD_GATEWAY;
};

/** An error event in an engine's stream. */
export const complaintOf = (who: string, payload: string): LegFailure => {
  const complaint = complaintIn(parsed(payload));
  const message = messageIn(complaint, payload);
  const status = statusIn(complaint);
  if (status >= 500) return { ...engineFailed(`${who}: ${message}`), answered: true };
  return { error: new ApiError(status, message, { code: 'engine_refused' }), retryable: PASSING.has(status), blame: null };
};

/** What a dialect says to an answer that makes no sense to it. */
export const senseless = (who: string, error: unknown): LegFailure => engineFailed(`${who}: ${(error as Error).message}`, error);

/** Silence: a later attempt would find the same queue, and the client has waited long enough. */
export const silent = (who: string, what: string, retryable: boolean): LegFailure => ({
  error: new ApiError(504, `${who} ${what}`, { code: 'timeout' }),
  retryable,
  blame: 'stalled',
});

import { VoltanaError } from '../../domain/errors.ts';

const typeOf = (status: number): string => {
  if (status === 401 || status === 403) return 'authentication_error';
  if (status === 429) return 'rate_limit_error';
  return status < 500 ? 'invalid_request_error' : 'server_error';
};

export interface ApiErrorDetails {
  readonly code?: string | null;
  /** The member of the body that is wrong. */
  readonly param?: string | null;
  readonly retryAfterS?: number;
  readonly cause?: unknown;
  /** An engine's own answer, in the shape of OpenAI's errors already: the client gets it as it is. */
  readonly body?: string;
}

/** A refusal or failure as clients of OpenAI's API expect it. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string | null;
  readonly param: string | null;
  readonly retryAfterS: number | null;
  readonly body: string | null;

  constructor(status: number, message: string, { code = null, param = null, retryAfterS, cause, body }: ApiErrorDetails = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'ApiError';
    this.status = status;
    this.code = code;
    this.param = param;
    this.retryAfterS = retryAfterS ?? null;
    this.body = body ?? null;
  }

  /** The JSON that tells the client. */
  text(): string {
    if (this.body !== null) return this.body;
    const { message, param, code } = this;
    return JSON.stringify({ error: { message, type: typeOf(this.status), param, code } });
  }
}

export const badRequest = (message: string, param: string | null = null, code: string | null = null): ApiError =>
  new ApiError(400, message, { param, code });

const SHUTTING_DOWN = 'the gateway is shutting down';
export const shuttingDown = (): ApiError => new ApiError(503, SHUTTING_DOWN, { code: 'shutting_down', retryAfterS: 1 });

/** Whatever a handler threw. What is no mistake of the client's is told apart by its status. */
export const apiErrorOf = (error: unknown): ApiError => {
  if (error instanceof ApiError) return error;
  const { message } = error as Error;
  // JSON.stringify is recursive: what the client nested too deeply is the client's mistake.
  if (error instanceof RangeError) return badRequest('the body is nested too deeply');
  if (!(error instanceof VoltanaError)) return new ApiError(500, message, { code: 'internal_error', cause: error });
  if (error.code === 'BAD_VALUE') return badRequest(`${message}. ${error.hint}`, null, 'unsupported_value');
  if (error.code === 'NO_INSTANCE') return new ApiError(503, message, { code: 'no_instance', retryAfterS: 1, cause: error });
  return new ApiError(502, message, { code: 'engine_failed', cause: error });
};

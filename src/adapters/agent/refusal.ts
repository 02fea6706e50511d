import type { ErrorCode, VoltanaError } from '../../domain/errors.ts';

/** An error of ours, with the status that only the transport knows. */
export class Refusal extends Error {
  readonly status: number;
  readonly error: VoltanaError;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, error: VoltanaError, headers: Readonly<Record<string, string>> = {}) {
    super(error.message);
    this.status = status;
    this.error = error;
    this.headers = headers;
  }
}

/** For programs that look at the status alone; ours look at the code. */
const STATUS: Partial<Record<ErrorCode, number>> = {
  BAD_VALUE: 400,
  UNKNOWN_KEY: 400,
  CLOCK_OUTSIDE_CARD: 400,
  NOT_PERMITTED: 403,
  CLOCK_REFUSED: 403,
  UNKNOWN_ID: 404,
  LEASE_HELD: 409,
  LEASE_LOST: 409,
  DEVICE_SHARED: 409,
  MANAGED_ELSEWHERE: 409,
  NOT_SUPPORTED: 422,
  AGENT_BUSY: 429,
  DEVICE_LOST: 502,
  DEVICE_FAILED: 502,
  NO_DRIVER: 503,
  DRAINING: 503,
  JOURNAL_FAILED: 503,
};
const FAILED = 500;

export const statusOf = ({ code }: VoltanaError): number => STATUS[code] ?? FAILED;

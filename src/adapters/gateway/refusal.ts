import { reportOf } from './payload.ts';

const SHOWN_CHARACTERS = 300;
export const REFUSAL_LIMIT_BYTES = 64 * 1024;

/** What an engine's non-2xx answer says, in one line. */
export const refusalText = (who: string, status: number, body: string): string =>
  `${who} answered ${status}: ${reportOf(body).error ?? body.slice(0, SHOWN_CHARACTERS).trim()}`;

export const isSuccess = (status: number): boolean => status >= 200 && status < 300;

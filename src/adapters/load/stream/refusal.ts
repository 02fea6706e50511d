import type { OutcomeStatus } from './observation.ts';

/** Enough of an answer to recognise it by. */
const BODY_CHARACTERS = 300;
const REJECTING: ReadonlySet<number> = new Set([429, 503]);

/** A response that is no event stream. */
export interface Refusal {
  readonly status: OutcomeStatus;
  /** Keeps the first characters of the body. */
  body(chunk: Buffer): void;
  text(): string;
}

const problemOf = (statusCode: number, contentType: string): string | null => {
  if (statusCode < 200 || statusCode > 299) return `HTTP ${statusCode}`;
  return contentType.includes('event-stream') ? null : `HTTP ${statusCode} with ${contentType} instead of an event stream`;
};

/** Null when the response is the event stream that was asked for. */
export const refusalOf = (statusCode: number, headers: Readonly<Record<string, string | string[] | undefined>>): Refusal | null => {
  const problem = problemOf(statusCode, String(headers['content-type'] ?? 'no content type'));
  if (problem === null) return null;
  let start = '';
  return {
    status: REJECTING.has(statusCode) ? 'rejected' : 'failed',
    body: (chunk) => {
      if (start.length < BODY_CHARACTERS) start += chunk.toString('utf8', 0, BODY_CHARACTERS);
    },
    text: () => (start === '' ? problem : `${problem}: ${start.slice(0, BODY_CHARACTERS)}`),
  };
};

import type { OutcomeStatus } from './observation.ts';
import { BodyStart } from './server-text.ts';

/** Enough of an answer to recognise it by. */
const BODY_BYTES = 300;
/** More of it nobody waits for: it may never end. */
const MOST_BYTES = 64 * 1024;
const REJECTING: ReadonlySet<number> = new Set([429, 503]);

export type AnswerHeaders = Readonly<Record<string, string | string[] | undefined>>;

/** A response that is no event stream. */
export interface Refusal {
  readonly status: OutcomeStatus;
  /** Keeps the beginning of the body. @returns whether that is enough */
  body(chunk: Buffer): boolean;
  text(): string;
}

/** How an answer was compressed, though none was to be; null for one that was not. */
export const encodingOf = (headers: AnswerHeaders): string | null => {
  const encoding = String(headers['content-encoding'] ?? '').trim();
  return encoding === '' || encoding.toLowerCase() === 'identity' ? null : encoding;
};

const problemOf = (statusCode: number, contentType: string, encoding: string | null): string | null => {
  if (encoding !== null) return `HTTP ${statusCode} with content-encoding ${encoding}, which is not read: turn compression off`;
  if (statusCode < 200 || statusCode > 299) return `HTTP ${statusCode}`;
  return contentType.includes('event-stream') ? null : `HTTP ${statusCode} with ${contentType} instead of an event stream`;
};

/** Null when the response is the event stream that was asked for. */
export const refusalOf = (statusCode: number, headers: AnswerHeaders): Refusal | null => {
  const encoding = encodingOf(headers);
  const problem = problemOf(statusCode, String(headers['content-type'] ?? 'no content type'), encoding);
  if (problem === null) return null;
  // Nobody can read what is compressed.
  const start = new BodyStart(encoding === null ? BODY_BYTES : 0);
  let bytes = 0;
  return {
    status: REJECTING.has(statusCode) ? 'rejected' : 'failed',
    body: (chunk) => {
      start.push(chunk);
      bytes += chunk.length;
      return bytes > MOST_BYTES;
    },
    text: () => (start.text() === '' ? problem : `${problem}: ${start.text()}`),
  };
};

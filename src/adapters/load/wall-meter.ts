import { open, stat } from 'node:fs/promises';
import { Agent, request } from 'undici';
import { VoltanaError } from '../../domain/errors.ts';
import { wallValue } from '../../domain/wall-value.ts';
import type { Time } from '../../ports/time.ts';
import type { WallMeter } from '../../ports/wall-meter.ts';

/** A controller of a server's mainboard takes its time. */
const TIMEOUT_MS = 4000;
/** Of a page of metrics; one that never ends is none. */
const MOST_BYTES = 4_000_000;
const MOST_FILE_BYTES = 1 << 16;

export interface WallMeterOptions {
  /** As it was asked for. */
  readonly text: string;
  readonly at: { readonly kind: 'url'; readonly url: string } | { readonly kind: 'file'; readonly path: string };
  readonly select: string | null;
  readonly quantity: WallMeter['quantity'];
  /** J or W that one of its unit is. */
  readonly factor: number;
  readonly time: Time;
  /** USER:PASSWORD, or a token; null for none. */
  readonly key: string | null;
  /** Takes any certificate. */
  readonly insecure: boolean;
}

/** How a meter's text is had. */
interface Source {
  text(): Promise<string>;
  close(): Promise<void>;
}

const authorization = (key: string): string => (key.includes(':') ? `Basic ${Buffer.from(key).toString('base64')}` : `Bearer ${key}`);

function urlSource(url: string, { key, insecure }: WallMeterOptions): Source {
  const agent = new Agent({ connect: { rejectUnauthorized: !insecure, timeout: TIMEOUT_MS }, maxResponseSize: MOST_BYTES });
  const headers = {
    accept: 'application/json, text/plain;q=0.9, */*;q=0.1',
    ...(key === null ? {} : { authorization: authorization(key) }),
  };
  return {
    async text() {
      const late = AbortSignal.timeout(TIMEOUT_MS);
      try {
        const { statusCode, body } = await request(url, { dispatcher: agent, headers, signal: late });
        const text = await body.text();
        if (statusCode === 200) return text;
        throw new Error(`it answers HTTP ${statusCode}`);
      } catch (error) {
        throw late.aborted ? new Error(`no answer within ${TIMEOUT_MS} ms`, { cause: error }) : error;
      }
    },
    close: () => agent.destroy(),
  };
}

/** Its beginning: a file of the kernel's holds a number, and one that never ends is no meter. */
async function startOf(path: string): Promise<string> {
  // Opening a pipe waits for whoever writes to it.
  if (!(await stat(path)).isFile()) throw new Error('it is no file');
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(MOST_FILE_BYTES), 0, MOST_FILE_BYTES, 0);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await file.close();
  }
}

const sourceOf = (options: WallMeterOptions): Source => {
  const { at } = options;
  if (at.kind === 'url') return urlSource(at.url, options);
  return { text: () => startOf(at.path), close: () => Promise.resolve() };
};

const wordsOf = (error: unknown): string => {
  const { code, message } = error as NodeJS.ErrnoException;
  return message || code || String(error);
};

/** A meter at the plug that somebody else runs: behind a URL, or in a file. */
export function createWallMeter(options: WallMeterOptions): WallMeter {
  const { text, select, quantity, factor, time } = options;
  const source = sourceOf(options);
  return {
    source: text,
    quantity,
    async read() {
      try {
        const askedMs = time.nowMs();
        const answer = await source.text();
        const answeredMs = time.nowMs();
        return { askedMs, answeredMs, value: wallValue(answer, select) * factor };
      } catch (cause) {
        throw new VoltanaError('METER_FAILED', `The wall meter ${text} cannot be read: ${wordsOf(cause)}`, { cause });
      }
    },
    close: () => source.close(),
  };
}

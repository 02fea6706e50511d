import { Agent, request } from 'undici';

/** An engine's whole answer. */
export interface Reply {
  readonly status: number;
  readonly text: string;
}

/** A GET. Rejects when there is no whole answer in time, or one that is too long. */
export type Ask = (url: string, signal?: AbortSignal) => Promise<Reply>;

export interface Asker {
  readonly ask: Ask;
  close(): Promise<void>;
}

/** Of a metrics page of an engine with many ranks; a page that never ends is none. */
const MOST_BYTES = 16 * 1024 * 1024;

async function textOf(body: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > MOST_BYTES) throw new Error(`the answer has more than ${MOST_BYTES} bytes`);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** @param timeoutMs for an answer as a whole, from the connection to its last byte */
export const createAsker = (timeoutMs: number, headers: Readonly<Record<string, string>>): Asker => {
  const agent = new Agent({ connect: { timeout: timeoutMs } });
  return {
    async ask(url, signal) {
      const late = AbortSignal.timeout(timeoutMs);
      const both = signal === undefined ? late : AbortSignal.any([late, signal]);
      try {
        const { statusCode, body } = await request(url, { dispatcher: agent, headers, signal: both });
        return { status: statusCode, text: await textOf(body as AsyncIterable<Buffer>) };
      } catch (error) {
        if (late.aborted) throw new Error(`no answer within ${timeoutMs} ms`, { cause: error });
        throw error;
      }
    },
    close: () => agent.destroy(),
  };
};

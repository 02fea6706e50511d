import { connect, type Socket } from 'node:net';
import { MODEL } from '../engine/answers.ts';

const HEAD_END = '\r\n\r\n';
const LENGTH = /\r\ncontent-length: *(\d+)/i;
const LAST_CHUNK = '0\r\n\r\n';
const LF = 10;

export interface Wish {
  readonly stream: boolean;
  readonly events: number;
  readonly everyMs?: number;
}

/** A request as bytes. */
export const requestBytes = ({ stream, events, everyMs }: Wish): Buffer => {
  const pace = everyMs === undefined ? {} : { user: `every-${everyMs}` };
  const body = JSON.stringify({ model: MODEL, prompt: 'one two three four five six seven', max_tokens: events, stream, ...pace });
  const head = `POST /v1/completions HTTP/1.1\r\nhost: bench\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n`;
  return Buffer.from(head + body);
};

/** One answer as it comes; says when it is whole. */
export class AnswerReader {
  events = 0;
  status = 0;
  #head = '';
  /** Bytes of a body of known length that are still to come; -1 for a chunked one. */
  #left = -2;
  #tail = '';
  #lastByte = 0;

  /** @returns whether the answer is whole */
  push(chunk: Buffer): boolean {
    if (this.#left !== -2) return this.#body(chunk);
    this.#head += chunk.toString('latin1');
    const end = this.#head.indexOf(HEAD_END);
    if (end === -1) return false;
    const head = this.#head.slice(0, end);
    const rest = Buffer.from(this.#head.slice(end + HEAD_END.length), 'latin1');
    this.#head = '';
    this.status = Number(head.slice(9, 12));
    const length = LENGTH.exec(head);
    this.#left = length === null ? -1 : Number(length[1]);
    return this.#body(rest);
  }

  #body(chunk: Buffer): boolean {
    if (this.#left >= 0) return (this.#left -= chunk.length) <= 0;
    if (chunk.length === 0) return false;
    if (this.#lastByte === LF && chunk[0] === LF) this.events += 1;
    for (let at = chunk.indexOf('\n\n'); at !== -1; at = chunk.indexOf('\n\n', at + 2)) this.events += 1;
    this.#lastByte = chunk[chunk.length - 1]!;
    const from = chunk.length - LAST_CHUNK.length;
    this.#tail = from >= 0 ? chunk.toString('latin1', from) : (this.#tail + chunk.toString('latin1')).slice(-LAST_CHUNK.length);
    return this.#tail === LAST_CHUNK;
  }
}

export const connected = (port: number): Promise<Socket> =>
  new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    socket.setNoDelay(true);
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.off('error', reject);
      resolve(socket);
    });
  });

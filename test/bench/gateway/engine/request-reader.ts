const HEAD_END = Buffer.from('\r\n\r\n');
const LENGTH = /\r\ncontent-length: *(\d+)/i;
const CHUNKED = /\r\ntransfer-encoding: *chunked/i;
const LAST_CHUNK = '\r\n0\r\n\r\n';

/** Reads requests off a connection, one after the other: just enough HTTP for clients that are known. */
export class RequestReader {
  readonly #onRequest: (head: string, body: string) => void;
  #held: Buffer = Buffer.alloc(0);

  constructor(onRequest: (head: string, body: string) => void) {
    this.#onRequest = onRequest;
  }

  push(chunk: Buffer): void {
    this.#held = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    while (this.#take());
  }

  #take(): boolean {
    const headEnd = this.#held.indexOf(HEAD_END);
    if (headEnd === -1) return false;
    const head = this.#held.toString('latin1', 0, headEnd);
    const bodyAt = headEnd + HEAD_END.length;
    const end = CHUNKED.test(head) ? this.#chunkedEnd(headEnd) : bodyAt + Number(LENGTH.exec(head)?.[1] ?? 0);
    if (end === -1 || this.#held.length < end) return false;
    const body = this.#held.toString('latin1', bodyAt, end);
    this.#held = this.#held.subarray(end);
    this.#onRequest(head, body);
    return true;
  }

  #chunkedEnd(from: number): number {
    const at = this.#held.indexOf(LAST_CHUNK, from);
    return at === -1 ? -1 : at + LAST_CHUNK.length;
  }
}

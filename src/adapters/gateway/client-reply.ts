import type { ServerResponse } from 'node:http';
import { sendError } from './http.ts';

const LINE_FEED = 10;
const BAD_GATEWAY = 502;

/** The client's side of a relayed request. */
export class ClientReply {
  readonly #response: ServerResponse;
  #eventStream = false;
  #atLineStart = true;

  constructor(response: ServerResponse) {
    this.#response = response;
  }

  /** Something was sent already: a failure can no longer be a status. */
  get begun(): boolean {
    return this.#response.headersSent;
  }

  begin(status: number, contentType: string): void {
    this.#eventStream = contentType.startsWith('text/event-stream');
    this.#response.writeHead(status, { 'content-type': contentType, ...(this.#eventStream ? { 'cache-control': 'no-cache' } : {}) });
  }

  /** False when the client reads too slowly: wait for `onDrain`. */
  write(chunk: Buffer): boolean {
    this.#atLineStart = chunk.at(-1) === LINE_FEED;
    return this.#response.write(chunk);
  }

  onDrain(resume: () => void): void {
    this.#response.once('drain', resume);
  }

  end(): void {
    this.#response.end();
  }

  /** The status, or an error event where a stream has begun; a JSON answer that was cut short is cut off, lest it look whole. */
  fail(message: string, status = BAD_GATEWAY): void {
    if (!this.begun) return sendError(this.#response, status, message);
    if (!this.#eventStream) {
      this.#response.destroy();
      return;
    }
    // An event that was cut in two must not swallow ours.
    const closing = this.#atLineStart ? '' : '\n\n';
    this.#response.end(`${closing}data: ${JSON.stringify({ error: { message, code: BAD_GATEWAY } })}\n\n`);
  }
}

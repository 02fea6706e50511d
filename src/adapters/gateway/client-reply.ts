import type { ServerResponse } from 'node:http';
import { type ApiError } from './api-error.ts';
import { sendApiError, sendText } from './http.ts';

const CR = 13;
const LF = 10;
const LAST_CHUNK = '0\r\n\r\n';
const STREAM_HEADERS = ['content-type', 'text/event-stream', 'cache-control', 'no-cache', 'x-accel-buffering', 'no'];
/** Beyond this a copy costs more than the writes that it saves. */
const COPIED_BYTES = 16 * 1024;

/** A chunk of HTTP's chunked coding in one piece: Node writes four, each with a bookkeeping of its own. */
const framed = (bytes: Buffer): Buffer => {
  const size = bytes.length.toString(16);
  const at = size.length + 2;
  const frame = Buffer.allocUnsafe(at + bytes.length + 2);
  frame.write(size, 'latin1');
  frame[at - 2] = CR;
  frame[at - 1] = LF;
  bytes.copy(frame, at);
  frame[at + bytes.length] = CR;
  frame[at + bytes.length + 1] = LF;
  return frame;
};

/** The client's side of a relayed request. */
export class ClientReply {
  readonly #response: ServerResponse;
  readonly #headers: readonly string[];
  /** Answered as a stream of events, so that a failure can be one. */
  readonly stream: boolean;
  #begun = false;
  /** The body is chunked, and the chunks are made here. */
  #frames = false;

  /** @param headers of every answer, names and values in turn */
  constructor(response: ServerResponse, stream: boolean, headers: readonly string[] = []) {
    this.#response = response;
    this.#headers = headers;
    this.stream = stream;
  }

  /** Something was sent already: a failure can no longer be a status, and nobody else may answer. */
  get begun(): boolean {
    return this.#begun;
  }

  /** The client reads more slowly than its answer comes: wait for `onDrain`. */
  get blocked(): boolean {
    return this.#response.writableNeedDrain;
  }

  /** Passes whole events on, at least a byte. False when the client reads too slowly. */
  write(bytes: Buffer): boolean {
    if (!this.#begun) this.#begin();
    if (!this.#frames) return this.#response.write(bytes);
    if (bytes.length <= COPIED_BYTES) return this.#response.write(framed(bytes));
    this.#response.write(`${bytes.length.toString(16)}\r\n`, 'latin1');
    this.#response.write(bytes);
    return this.#response.write('\r\n', 'latin1');
  }

  onDrain(resume: () => void): void {
    this.#response.once('drain', resume);
  }

  /** The whole answer, as JSON or as a stream's only events. */
  answer(text: string): void {
    if (this.stream) {
      this.write(Buffer.from(text));
      return this.end();
    }
    this.#begun = true;
    sendText(this.#response, 200, text, this.#headers);
  }

  end(): void {
    if (this.#frames) this.#response.end(LAST_CHUNK, 'latin1');
    else this.#response.end();
  }

  /** A status, or an error event where a stream has begun. */
  fail(error: ApiError): void {
    if (!this.#begun) return sendApiError(this.#response, error, this.#headers);
    if (this.stream) this.write(Buffer.from(`data: ${error.text()}\n\n`));
    this.end();
  }

  #begin(): void {
    this.#begun = true;
    const response = this.#response;
    response.writeHead(200, [...STREAM_HEADERS, ...this.#headers]);
    // An older client gets a body that ends with its connection.
    this.#frames = response.chunkedEncoding;
    response.chunkedEncoding = false;
  }
}

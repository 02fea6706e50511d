import type { ServerResponse } from 'node:http';
import { type ApiError } from './api-error.ts';
import { sendApiError, sendText } from './http.ts';

/** The client's side of a relayed request. */
export class ClientReply {
  readonly #response: ServerResponse;
  /** Answered as a stream of events, so that a failure can be one. */
  readonly stream: boolean;
  #begun = false;

  constructor(response: ServerResponse, stream: boolean) {
    this.#response = response;
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

  /** Passes whole events on. False when the client reads too slowly. */
  write(bytes: Buffer): boolean {
    if (!this.#begun) this.#begin();
    return this.#response.write(bytes);
  }

  onDrain(resume: () => void): void {
    this.#response.once('drain', resume);
  }

  /** The whole answer, as JSON or as a stream's only events. */
  answer(text: string): void {
    if (this.stream) {
      this.#begin();
      this.#response.end(text);
      return;
    }
    this.#begun = true;
    sendText(this.#response, 200, text);
  }

  end(): void {
    this.#response.end();
  }

  /** A status, or an error event where a stream has begun. */
  fail(error: ApiError): void {
    if (!this.#begun) return sendApiError(this.#response, error);
    this.#response.end(`data: ${error.text()}\n\n`);
  }

  #begin(): void {
    this.#begun = true;
    this.#response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache', 'x-accel-buffering': 'no' });
  }
}

import type { RequestOutcome, WorkloadRequest } from '../../../domain/request.ts';
import type { StreamEvent } from './api/shape.ts';

export type OutcomeStatus = RequestOutcome['status'];

/** What one client sees of one request. Times are ms since the start of the run. */
export class Observation {
  readonly #request: WorkloadRequest;
  readonly #gapsMs: number[] = [];
  /** Null as soon as one chunk with text came without a count. */
  #chunkTokens: number[] | null = [];
  #sentMs: number;
  #firstTokenMs: number | null = null;
  #lastTokenMs = 0;
  #finished = false;
  #promptTokens: number | null = null;
  #outputTokens: number | null = null;
  /** Tokens of the chunks so far, where each told. */
  #counted = 0;

  constructor(request: WorkloadRequest, dispatchedMs: number) {
    this.#request = request;
    this.#sentMs = dispatchedMs;
  }

  sentAt(nowMs: number): void {
    this.#sentMs = nowMs;
  }

  event(event: StreamEvent, nowMs: number): void {
    if (event.text) this.#chunk(event.usage?.outputTokens ?? null, nowMs);
    if (event.finished) this.#finished = true;
    if (event.usage === null) return;
    this.#promptTokens = event.usage.promptTokens ?? this.#promptTokens;
    this.#outputTokens = event.usage.outputTokens ?? this.#outputTokens;
  }

  /** What a complete answer still lacks at the stream's end; null for nothing. `done`: the stream said [DONE]. */
  missing(done: boolean): string | null {
    if (this.#firstTokenMs === null) return 'the stream ended without a token';
    return done || this.#finished ? null : 'the stream ended without [DONE] or a finish reason';
  }

  /** `endMs` is null for a request that was given up on. */
  outcome(status: OutcomeStatus, endMs: number | null, error: string | null): RequestOutcome {
    const { id, arrivalMs, promptTokens } = this.#request;
    const chunks = this.#firstTokenMs === null ? 0 : this.#gapsMs.length + 1;
    return {
      id,
      status,
      intendedMs: arrivalMs,
      sentMs: this.#sentMs,
      firstTokenMs: this.#firstTokenMs,
      endMs,
      promptTokens: this.#promptTokens ?? promptTokens,
      outputTokens: this.#outputTokens ?? chunks,
      gapsMs: this.#gapsMs,
      ...(chunks > 0 && this.#chunkTokens !== null ? { chunkTokens: this.#chunkTokens } : {}),
      usage: this.#outputTokens !== null,
      error,
    };
  }

  /** @param total output tokens up to and with this chunk; null where it does not tell */
  #chunk(total: number | null, nowMs: number): void {
    if (this.#firstTokenMs === null) this.#firstTokenMs = nowMs;
    else this.#gapsMs.push(nowMs - this.#lastTokenMs);
    this.#lastTokenMs = nowMs;
    // A count that falls, or does not rise, counts something else.
    if (total === null || total <= this.#counted) this.#chunkTokens = null;
    else this.#chunkTokens?.push(total - this.#counted);
    this.#counted = total ?? this.#counted;
  }
}

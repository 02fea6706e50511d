import type { Dispatcher } from '../../ports/dispatcher.ts';
import type { RequestTelemetry, RequestUsage } from '../../ports/telemetry-listener.ts';
import type { Time } from '../../ports/time.ts';
import type { News } from './api/shape.ts';
import type { Usage } from './api/usage.ts';

export interface TallyOptions {
  readonly id: string;
  readonly dispatcher: Dispatcher;
  readonly telemetry: RequestTelemetry | null;
  readonly time: Time;
}

const UNKNOWN: Usage = { promptTokens: -1, completionTokens: -1, cachedTokens: -1 };

/**
 * Counts the tokens of one request. A chunk with text is one token unless its engine says how many there have been by
 * now; what it says at the end settles the rest.
 */
export class Tally {
  readonly #options: TallyOptions;
  #counted = 0;
  #pending = 0;
  #usage = UNKNOWN;
  #progressAtMs: number;

  constructor(options: TallyOptions) {
    this.#options = options;
    this.#progressAtMs = options.time.nowMs();
  }

  get any(): boolean {
    return this.#counted > 0;
  }

  /** When anything came last. */
  get progressAtMs(): number {
    return this.#progressAtMs;
  }

  /** Nothing is expected right now: the wait begins anew. */
  touch(atMs: number): void {
    this.#progressAtMs = atMs;
  }

  /** Another attempt begins at nothing. */
  restart(): void {
    this.#counted = this.#pending = 0;
    this.#usage = UNKNOWN;
    this.touch(this.#options.time.nowMs());
  }

  read(news: News): void {
    if (news.completionTokens === -1) this.#pending += news.text ? 1 : 0;
    else this.usage(news);
  }

  /** Running totals. One that falls has nothing to say. */
  usage(usage: Usage): void {
    const { promptTokens, completionTokens, cachedTokens } = usage;
    this.#pending = Math.max(this.#pending, completionTokens - this.#counted);
    this.#usage = {
      promptTokens: Math.max(this.#usage.promptTokens, promptTokens),
      completionTokens: Math.max(this.#usage.completionTokens, completionTokens),
      cachedTokens: Math.max(this.#usage.cachedTokens, cachedTokens),
    };
  }

  /** A piece of the answer has been read: tells of its tokens, all at once. */
  flush(): void {
    const { id, dispatcher, telemetry, time } = this.#options;
    this.#progressAtMs = time.nowMs();
    const count = this.#pending;
    if (count === 0) return;
    this.#pending = 0;
    this.#counted += count;
    dispatcher.tokens(id, count);
    telemetry?.tokens(count, this.#progressAtMs);
  }

  /** What the engine counted; undefined where it did not tell. */
  told(): RequestUsage | undefined {
    const { promptTokens, completionTokens, cachedTokens } = this.#usage;
    if (promptTokens === -1) return undefined;
    return {
      promptTokens,
      ...(cachedTokens === -1 ? {} : { cachedTokens }),
      ...(completionTokens === -1 ? {} : { outputTokens: completionTokens }),
    };
  }
}

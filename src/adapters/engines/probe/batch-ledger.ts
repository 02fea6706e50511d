import type { DecodeProbe } from '../../../ports/engine.ts';

const MOST_TOKENS = 2048;

/**
 * Output tokens of a slot's first request and of those that replace it: spread evenly, because requests of one length
 * would end together, and the batch would collapse.
 * @param roomTokens what the engine's context leaves for them
 */
export const outputTokens = (slot: number, batch: number, first: boolean, roomTokens = Infinity): number => {
  const whole = Math.max(1, Math.min(MOST_TOKENS, Math.floor(roomTokens)));
  if (!first) return whole;
  const shortest = Math.ceil(whole / 2);
  return shortest + Math.floor((slot * (whole - shortest)) / batch);
};

/** What is known of a batch whose requests are replaced as they end, whoever carries its tokens. */
export class BatchLedger {
  /** Tokens of each slot's present request. */
  readonly #own: number[];
  readonly #promptTokens: number;
  /** Of each slot, all its requests together. */
  readonly #all: number[];
  #total = 0;
  #failure: Error | null = null;
  #closed = false;
  #waiting: (() => void)[] = [];

  constructor(batch: number, promptTokens: number) {
    this.#own = Array<number>(batch).fill(0);
    this.#all = Array<number>(batch).fill(0);
    this.#promptTokens = promptTokens;
  }

  tokens(slot: number, count: number): void {
    if (this.#closed || count === 0) return;
    this.#own[slot]! += count;
    this.#all[slot]! += count;
    this.#total += count;
    this.#wake();
  }

  /** The slot's request is over, and another takes its place. */
  replaced(slot: number): void {
    this.#own[slot] = 0;
  }

  /** The first reason counts; a batch that was closed ends as it was asked to. */
  fail(error: Error): void {
    if (!this.#closed) this.#failure ??= error;
    this.#wake();
  }

  close(): void {
    this.#closed = true;
    this.#wake();
  }

  probe(stop: () => Promise<void>): DecodeProbe {
    const over = (): boolean => this.#closed || this.#failure !== null;
    const running = (): number => (over() ? 0 : this.#own.filter((tokens) => tokens > 0).length);
    return {
      tokens: () => this.#total,
      nextToken: () => (over() ? Promise.resolve() : new Promise((resolve) => this.#waiting.push(resolve))),
      progress: () => [...this.#all],
      contextTokens: () => this.#promptTokens + this.#own.reduce((sum, tokens) => sum + tokens, 0) / Math.max(1, running()),
      steady: () => running() === this.#own.length,
      failure: () => this.#failure,
      stop,
    };
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}

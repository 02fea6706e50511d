import type { Histogram } from '../domain/latency-figures.ts';

/** What a picture of the newest latencies covers at most; at least half of it. */
export const WINDOW_MS = 60_000;
const HALF_MS = WINDOW_MS / 2;
const BUCKETS = 32;
const PER_DOUBLING = 3;
/** Bucket whose upper bound is the promise itself: below it 7 doublings, above it 10 / 3. */
const PROMISE_AT = 7 * PER_DOUBLING;

/** Latencies of the last minute in buckets of a third of a doubling each, with the promise as a bound: the part within it is exact. */
export class WindowedHistogram {
  readonly #promiseMs: number;
  readonly #bounds: readonly number[];
  #present = new Uint32Array(BUCKETS);
  #before = new Uint32Array(BUCKETS);
  #halfEndsMs = -Infinity;

  constructor(promiseMs: number) {
    this.#promiseMs = promiseMs;
    this.#bounds = Array.from({ length: BUCKETS }, (_, i) => promiseMs * 2 ** ((i - PROMISE_AT) / PER_DOUBLING));
  }

  /** What is beyond the last bound counts in the last bucket. */
  add(valueMs: number, nowMs: number): void {
    if (nowMs >= this.#halfEndsMs) this.#turn(nowMs);
    this.#present[this.#bucketOf(valueMs)]! += 1;
  }

  /** Of the present half window and the one before it. */
  histogram(nowMs: number): Histogram {
    if (nowMs >= this.#halfEndsMs) this.#turn(nowMs);
    return { unit: 'ms', bounds: this.#bounds, counts: Array.from(this.#present, (count, i) => count + this.#before[i]!) };
  }

  #bucketOf(valueMs: number): number {
    if (!(valueMs > this.#bounds[0]!)) return 0;
    const place = Math.ceil(PROMISE_AT + PER_DOUBLING * Math.log2(valueMs / this.#promiseMs));
    if (place >= BUCKETS) return BUCKETS - 1;
    // A logarithm rounds: a value that is a bound belongs to it, and one above it does not.
    if (valueMs > this.#bounds[place]!) return Math.min(BUCKETS - 1, place + 1);
    return valueMs <= this.#bounds[place - 1]! ? place - 1 : place;
  }

  #turn(nowMs: number): void {
    const whole = nowMs >= this.#halfEndsMs + HALF_MS;
    [this.#before, this.#present] = [this.#present, this.#before];
    this.#present.fill(0);
    if (whole) this.#before.fill(0);
    this.#halfEndsMs = whole ? nowMs + HALF_MS : this.#halfEndsMs + HALF_MS;
  }
}

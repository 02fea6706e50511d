/** Requests, and those of them that missed a promise. */
export interface Count {
  readonly requests: number;
  readonly misses: number;
}

export interface WindowSpan {
  readonly windowS: number;
  /** With fewer requests than `enough` the window reaches further back, up to this. */
  readonly mostS: number;
  readonly enough: number;
}

/** No window reaches further back than this. */
export const LONGEST_WINDOW_S = 3600;
const SLOTS = LONGEST_WINDOW_S + 1;

/** One window's end in the past: what lies from here to now is counted. */
interface Tail {
  readonly span: WindowSpan;
  second: number;
  requests: number;
  misses: number;
}

/**
 * Counters per second, looked at through windows that end now: adding costs the same at any rate, and so does the memory.
 * A window that holds few requests reaches further back, so that a quiet cluster is judged too, only later.
 */
export class SecondsWindows {
  readonly #requests = new Float64Array(SLOTS);
  readonly #misses = new Float64Array(SLOTS);
  readonly #tails: readonly Tail[];
  #second = -Infinity;

  constructor(spans: readonly WindowSpan[]) {
    this.#tails = spans.map((span) => ({ span, second: 0, requests: 0, misses: 0 }));
  }

  /** Time never runs backwards here: an earlier time counts as the latest. */
  advance(nowMs: number): void {
    const second = Math.floor(nowMs / 1000);
    if (!(second > this.#second)) return;
    if (second - this.#second > LONGEST_WINDOW_S) this.#restart(second);
    for (let at = this.#second + 1; at <= second; at++) {
      this.#requests[at % SLOTS] = 0;
      this.#misses[at % SLOTS] = 0;
      this.#second = at;
      for (const tail of this.#tails) this.#drop(tail);
    }
  }

  add(requests: number, misses: number): void {
    const slot = this.#second % SLOTS;
    this.#requests[slot]! += requests;
    this.#misses[slot]! += misses;
    for (const tail of this.#tails) {
      tail.requests += requests;
      tail.misses += misses;
    }
  }

  /** @param window its number among the spans */
  count(window: number): Count {
    return this.#tails[window]!;
  }

  /** Seconds that a window covers now, the one under way included. */
  coversS(window: number): number {
    return Number.isFinite(this.#second) ? this.#second - this.#tails[window]!.second + 1 : 0;
  }

  clear(): void {
    this.#restart(this.#second);
  }

  #restart(second: number): void {
    this.#requests.fill(0);
    this.#misses.fill(0);
    this.#second = second;
    for (const tail of this.#tails) [tail.second, tail.requests, tail.misses] = [second, 0, 0];
  }

  /** Lets go of the seconds that a window no longer needs. */
  #drop(tail: Tail): void {
    const { windowS, mostS, enough } = tail.span;
    for (; tail.second < this.#second; tail.second++) {
      const [age, slot] = [this.#second - tail.second, tail.second % SLOTS];
      const needed = tail.requests - this.#requests[slot]! < enough;
      if (age < windowS || (needed && age < mostS)) return;
      tail.requests -= this.#requests[slot]!;
      tail.misses -= this.#misses[slot]!;
    }
  }
}

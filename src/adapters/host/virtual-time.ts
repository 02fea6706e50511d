import type { Time } from '../../ports/time.ts';

interface Timer {
  readonly atMs: number;
  readonly callback: () => void;
}

/** A macrotask later every promise that could settle has settled. */
const promisesSettled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Time that moves only when it is told to, from timer to timer, with everything that a timer sets off in between. */
export class VirtualTime implements Time {
  #nowMs: number;
  readonly #timers = new Set<Timer>();

  constructor(startMs = 0) {
    this.#nowMs = startMs;
  }

  /** Timers that are armed: a run that has cleaned up leaves none. */
  get armed(): number {
    return this.#timers.size;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  at(atMs: number, callback: () => void): () => void {
    const timer: Timer = { atMs, callback };
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  }

  sleep(durationMs: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason as Error);
      const aborted = (): void => {
        cancel();
        reject(signal?.reason as Error);
      };
      const cancel = this.at(this.#nowMs + durationMs, () => {
        signal?.removeEventListener('abort', aborted);
        resolve();
      });
      signal?.addEventListener('abort', aborted, { once: true });
    });
  }

  /** Lets so much time pass. */
  async advance(durationMs: number): Promise<void> {
    const untilMs = this.#nowMs + durationMs;
    await promisesSettled();
    for (let next = this.#next(); next && next.atMs <= untilMs; next = this.#next()) await this.#fire(next);
    this.#nowMs = untilMs;
  }

  /** Lets time pass until the work is done, and answers as it does. @throws Error when it waits for something that never comes */
  async finish<T>(work: Promise<T>): Promise<T> {
    let done = false;
    const settled = work.finally(() => (done = true));
    settled.catch(() => undefined);
    await promisesSettled();
    while (!done) {
      const next = this.#next();
      if (!next) throw new Error(`nothing is due any more at ${this.#nowMs} ms, and the work is not done`);
      await this.#fire(next);
    }
    return settled;
  }

  /** The earliest; of equals the one armed first, as a Set keeps its order. */
  #next(): Timer | undefined {
    let next: Timer | undefined;
    for (const timer of this.#timers) if (!next || timer.atMs < next.atMs) next = timer;
    return next;
  }

  async #fire(timer: Timer): Promise<void> {
    this.#timers.delete(timer);
    this.#nowMs = Math.max(this.#nowMs, timer.atMs);
    timer.callback();
    await promisesSettled();
  }
}

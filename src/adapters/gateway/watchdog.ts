import type { Time } from '../../ports/time.ts';
import type { Attempt } from './attempt.ts';
import type { Exchange } from './exchange.ts';
import type { GatewayLimits } from './limits.ts';

/** Long enough for an engine to send the rest of an answer that nobody waits for; its connection can be used again then. */
const LINGER_MS = 10_000;
const MOST_MS = 1000;
const LEAST_MS = 10;
/** Looks so often within the shortest limit: silence is noticed at most that part of it late. */
const LOOKS = 8;

/** Looks at everything under way now and then, so that chunks cost no timers. Runs only while there is something. */
export class Watchdog {
  readonly #time: Time;
  readonly #everyMs: number;
  readonly #exchanges = new Set<Exchange>();
  readonly #lingering = new Map<Attempt, number>();
  #cancel: (() => void) | null = null;

  constructor(time: Time, { firstTokenTimeoutMs, stallTimeoutMs, requestTimeoutMs }: GatewayLimits) {
    this.#time = time;
    const shortestMs = Math.min(firstTokenTimeoutMs, stallTimeoutMs, requestTimeoutMs);
    this.#everyMs = Math.min(MOST_MS, Math.max(LEAST_MS, shortestMs / LOOKS));
  }

  /** Requests under way. */
  get size(): number {
    return this.#exchanges.size;
  }

  add(exchange: Exchange): void {
    this.#exchanges.add(exchange);
    this.#arm();
  }

  delete(exchange: Exchange): void {
    this.#exchanges.delete(exchange);
  }

  linger(attempt: Attempt): void {
    this.#lingering.set(attempt, this.#time.nowMs() + LINGER_MS);
    this.#arm();
  }

  /** Ends everything at once. */
  cut(): void {
    for (const exchange of [...this.#exchanges]) exchange.cut();
    for (const attempt of this.#lingering.keys()) attempt.abort();
    this.#lingering.clear();
    this.#cancel?.();
    this.#cancel = null;
  }

  #arm(): void {
    this.#cancel ??= this.#time.at(this.#time.nowMs() + this.#everyMs, () => this.#look());
  }

  #look(): void {
    this.#cancel = null;
    const nowMs = this.#time.nowMs();
    for (const exchange of this.#exchanges) exchange.check(nowMs);
    for (const [attempt, untilMs] of this.#lingering) {
      if (attempt.open && nowMs < untilMs) continue;
      attempt.abort();
      this.#lingering.delete(attempt);
    }
    if (this.#exchanges.size + this.#lingering.size > 0) this.#arm();
  }
}

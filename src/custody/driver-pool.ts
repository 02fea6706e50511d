import type { Devices } from '../ports/devices.ts';
import type { Time } from '../ports/time.ts';

const LINGER_MS = 10_000;

/** Calls drivers, and lets go of them when nobody has called for a while: an open handle blocks a driver's upgrade. */
export class DriverPool {
  readonly #drivers: readonly Devices[];
  readonly #time: Time;
  readonly #open = new Set<Devices>();
  #running = 0;
  #usedMs = -Infinity;
  #lingerMs = LINGER_MS;
  #cancel: (() => void) | null = null;

  constructor(drivers: readonly Devices[], time: Time) {
    this.#drivers = drivers;
    this.#time = time;
  }

  get drivers(): readonly Devices[] {
    return this.#drivers;
  }

  async call<T>(driver: Devices, work: (driver: Devices) => Promise<T>): Promise<T> {
    const done = this.enter(driver);
    try {
      return await work(driver);
    } finally {
      done();
    }
  }

  /** Calls that are no promises. @returns what to call after each of them */
  enter(driver: Devices, calls = 1): () => void {
    this.#open.add(driver);
    this.#running += calls;
    return () => this.#leave();
  }

  #leave(): void {
    this.#running -= 1;
    this.#usedMs = this.#time.nowMs();
    this.#cancel ??= this.#time.at(this.#usedMs + this.#lingerMs, () => this.#look());
  }

  /** From now on they are closed as soon as a call is over, or after a while as ever. */
  hurry(hurried: boolean): void {
    this.#lingerMs = hurried ? 0 : LINGER_MS;
    this.#rearm(this.#time.nowMs());
  }

  /** @throws what the drivers throw, after all of them were told */
  async close(): Promise<void> {
    this.#disarm();
    const open = [...this.#open];
    this.#open.clear();
    const failed = (await Promise.allSettled(open.map((driver) => driver.close()))).find(({ status }) => status === 'rejected');
    if (failed?.status === 'rejected') throw failed.reason;
  }

  #look(): void {
    this.#cancel = null;
    const idleMs = this.#time.nowMs() - this.#usedMs;
    const closable = this.#running === 0 && idleMs >= this.#lingerMs;
    // A driver that cannot be closed is asked again after its next use.
    if (closable) void this.close().catch(() => undefined);
    else if (this.#open.size > 0) this.#rearm(this.#time.nowMs());
  }

  #rearm(nowMs: number): void {
    this.#disarm();
    if (this.#open.size > 0) this.#cancel = this.#time.at(nowMs + Math.max(this.#lingerMs, 1), () => this.#look());
  }

  #disarm(): void {
    this.#cancel?.();
    this.#cancel = null;
  }
}

import type { DeviceReading } from '../domain/device.ts';
import { MS_PER_S } from '../domain/units.ts';
import type { Time } from '../ports/time.ts';
import type { Slot } from './lease.ts';

/** Of those whose energy is integrated. */
const METER_HZ = 5;
const MOST_HZ = 10;
const LEAST_HZ = 1;
/** A tick that comes so much before its moment is that moment's. */
const EARLY_SHARE = 0.25;

interface Listener {
  readonly slots: readonly Slot[];
  readonly periodMs: number;
  dueMs: number;
  /** The newest batch that was not fetched yet: a slow listener misses those before. */
  batch: readonly DeviceReading[] | null;
  wake: () => void;
}

/** What one tick asks for. */
interface Round {
  readonly due: readonly Listener[];
  readonly readings: Map<Slot, DeviceReading>;
  waiting: number;
}

interface Parts {
  readonly time: Time;
  /** `heard` is called once for each, with null for one that could not be read: the slot remembers why. */
  readonly readEach: (slots: readonly Slot[], heard: (slot: Slot, reading: DeviceReading | null) => void) => void;
  /** Devices that must be sampled although nobody listens. */
  readonly metered: () => readonly Slot[];
  /** False while the driver is not to be touched. */
  readonly mayRead: () => boolean;
}

/** Reads devices at the highest rate that anybody wants, for all of them at once, and not at all when nobody does. */
export class Sampler {
  readonly #parts: Parts;
  readonly #listeners = new Set<Listener>();
  readonly #reading = new Set<Slot>();
  #round: Round | null = null;
  #cancel: (() => void) | null = null;
  #stopped = false;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Begins where somebody wants it; goes on by itself until nobody does. */
  poke(): void {
    if (this.#cancel === null && !this.#stopped && this.#wanted(this.#parts.metered()).size > 0) this.#arm(0);
  }

  async *watch(slots: readonly Slot[], hz: number, signal: AbortSignal): AsyncGenerator<readonly DeviceReading[]> {
    const periodMs = MS_PER_S / Math.min(MOST_HZ, Math.max(LEAST_HZ, hz));
    const listener: Listener = { slots, periodMs, dueMs: this.#parts.time.nowMs(), batch: null, wake: () => undefined };
    const aborted = (): void => listener.wake();
    signal.addEventListener('abort', aborted, { once: true });
    this.#listeners.add(listener);
    this.#hurry();
    try {
      while (!signal.aborted && !this.#stopped) {
        const { batch } = listener;
        listener.batch = null;
        if (batch !== null) yield batch;
        else await new Promise<void>((resolve) => (listener.wake = resolve));
      }
    } finally {
      signal.removeEventListener('abort', aborted);
      this.#listeners.delete(listener);
    }
  }

  /** Every listener comes to its end. */
  stop(): void {
    this.#stopped = true;
    this.#cancel?.();
    this.#cancel = null;
    for (const { wake } of this.#listeners) wake();
  }

  #wanted(metered: readonly Slot[]): ReadonlySet<Slot> {
    const wanted = new Set<Slot>();
    if (!this.#parts.mayRead()) return wanted;
    for (const slot of metered) wanted.add(slot);
    for (const { slots } of this.#listeners) for (const slot of slots) wanted.add(slot);
    return wanted;
  }

  /** A listener may want more than the others: the next tick is its. */
  #hurry(): void {
    if (this.#stopped) return;
    this.#cancel?.();
    this.#arm(0);
  }

  #periodMs(metered: readonly Slot[]): number {
    let shortestMs = metered.length > 0 ? MS_PER_S / METER_HZ : Infinity;
    for (const { periodMs } of this.#listeners) shortestMs = Math.min(shortestMs, periodMs);
    return shortestMs;
  }

  #arm(afterMs: number): void {
    this.#cancel = this.#parts.time.at(this.#parts.time.nowMs() + afterMs, () => this.#tick());
  }

  #tick(): void {
    this.#cancel = null;
    const metered = this.#parts.metered();
    const slots = this.#wanted(metered);
    if (slots.size === 0 || this.#stopped) return;
    this.#arm(this.#periodMs(metered));
    this.#sample(slots);
  }

  /** A device that has not answered yet is not asked again, and is missing in what is told. */
  #sample(slots: ReadonlySet<Slot>): void {
    // Whoever waits for the last tick waits no longer than until this one.
    if (this.#round !== null) this.#tell(this.#round);
    const asked = [...slots].filter((slot) => !this.#reading.has(slot));
    const due = [...this.#listeners].filter((listener) => this.#isDue(listener));
    const round: Round = { due, readings: new Map(), waiting: asked.length };
    this.#round = round;
    if (asked.length === 0) return this.#tell(round);
    for (const slot of asked) this.#reading.add(slot);
    this.#parts.readEach(asked, (slot, reading) => this.#hear(round, slot, reading));
  }

  #hear(round: Round, slot: Slot, reading: DeviceReading | null): void {
    this.#reading.delete(slot);
    if (reading !== null) round.readings.set(slot, reading);
    round.waiting -= 1;
    if (round.waiting === 0 && round === this.#round) this.#tell(round);
  }

  #tell(round: Round): void {
    this.#round = null;
    for (const listener of round.due) {
      listener.batch = listener.slots.flatMap((slot) => round.readings.get(slot) ?? []);
      listener.wake();
    }
  }

  #isDue(listener: Listener): boolean {
    const nowMs = this.#parts.time.nowMs();
    if (nowMs < listener.dueMs - listener.periodMs * EARLY_SHARE) return false;
    listener.dueMs = Math.max(listener.dueMs + listener.periodMs, nowMs);
    return true;
  }
}

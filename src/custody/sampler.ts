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

interface Parts {
  readonly time: Time;
  readonly read: (slot: Slot) => Promise<DeviceReading>;
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
  #cancel: (() => void) | null = null;
  #stopped = false;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Begins where somebody wants it; goes on by itself until nobody does. */
  poke(): void {
    if (this.#cancel === null && !this.#stopped && this.#wanted().length > 0) this.#arm(0);
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

  #wanted(): readonly Slot[] {
    if (!this.#parts.mayRead()) return [];
    return [...new Set([...this.#parts.metered(), ...[...this.#listeners].flatMap(({ slots }) => slots)])];
  }

  /** A listener may want more than the others: the next tick is its. */
  #hurry(): void {
    if (this.#stopped) return;
    this.#cancel?.();
    this.#arm(0);
  }

  #periodMs(): number {
    const listened = [...this.#listeners].map(({ periodMs }) => periodMs);
    return Math.min(...listened, ...(this.#parts.metered().length > 0 ? [MS_PER_S / METER_HZ] : []));
  }

  #arm(afterMs: number): void {
    this.#cancel = this.#parts.time.at(this.#parts.time.nowMs() + afterMs, () => this.#tick());
  }

  #tick(): void {
    this.#cancel = null;
    const slots = this.#wanted();
    if (slots.length === 0 || this.#stopped) return;
    this.#arm(this.#periodMs());
    void this.#sample(slots);
  }

  /** A device that has not answered yet is not asked again, and is missing in what is told. */
  async #sample(slots: readonly Slot[]): Promise<void> {
    const due = [...this.#listeners].filter((listener) => this.#isDue(listener));
    const readings = new Map<Slot, DeviceReading>();
    await Promise.all(slots.filter((slot) => !this.#reading.has(slot)).map((slot) => this.#readInto(slot, readings)));
    for (const listener of due) {
      listener.batch = listener.slots.flatMap((slot) => readings.get(slot) ?? []);
      listener.wake();
    }
  }

  #isDue(listener: Listener): boolean {
    const nowMs = this.#parts.time.nowMs();
    if (nowMs < listener.dueMs - listener.periodMs * EARLY_SHARE) return false;
    listener.dueMs = Math.max(listener.dueMs + listener.periodMs, nowMs);
    return true;
  }

  async #readInto(slot: Slot, readings: Map<Slot, DeviceReading>): Promise<void> {
    this.#reading.add(slot);
    try {
      readings.set(slot, await this.#parts.read(slot));
    } catch {
      // The slot remembers why: its status tells.
    } finally {
      this.#reading.delete(slot);
    }
  }
}

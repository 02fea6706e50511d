import { counterBeganAnew, type DeviceEvent } from '../domain/device.ts';
import type { Devices } from '../ports/devices.ts';
import type { Time } from '../ports/time.ts';
import type { DeviceBook } from './device-book.ts';
import { isSettled, SPREAD_MHZ } from './drift.ts';
import type { DriverPool } from './driver-pool.ts';
import type { Lease, Slot } from './lease.ts';
import type { Leases } from './leases.ts';
import type { Locking } from './locking.ts';
import { ITSELF, type Notes } from './notes.ts';
import type { Outsiders } from './outsiders.ts';
import { codeOf, messageOf } from './refusal.ts';

const PERIOD_MS = 1000;
const SHARING_PERIOD_MS = 10_000;
/** After these a driver may have forgotten what it was told. */
const FORGETFUL: ReadonlySet<DeviceEvent['what']> = new Set(['xid', 'reset', 'reload', 'persistence-off']);

interface Parts {
  readonly time: Time;
  readonly pool: DriverPool;
  readonly book: DeviceBook;
  readonly leases: Leases;
  readonly locking: Locking;
  readonly outsiders: Outsiders;
  readonly notes: Notes;
}

/** Looks once a second, while anything is lent, whether locks still hold and devices are still the domain's own. */
export class Watchman {
  readonly #parts: Parts;
  readonly #countersJ = new WeakMap<Slot, number>();
  readonly #apart = new WeakMap<Lease, number>();
  #sharingDueMs = -Infinity;
  #cancel: (() => void) | null = null;
  #stopped = false;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Begins where something is lent. */
  poke(): void {
    if (this.#cancel !== null || this.#stopped || this.#parts.leases.all.length === 0) return;
    const { time } = this.#parts;
    this.#sharingDueMs = Math.max(this.#sharingDueMs, time.nowMs() + SHARING_PERIOD_MS);
    this.#arm();
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel?.();
    this.#cancel = null;
  }

  #arm(): void {
    const { time } = this.#parts;
    this.#cancel = time.at(time.nowMs() + PERIOD_MS, () => void this.#round());
  }

  /** The next round begins a second after this one is over: rounds never overlap. */
  async #round(): Promise<void> {
    const { leases, notes } = this.#parts;
    try {
      await this.#look();
    } catch (reason) {
      notes.warn(`the watch over the locks failed and goes on: ${messageOf(reason)}`);
    }
    if (this.#stopped) return;
    this.#cancel = null;
    if (leases.all.length > 0) this.#arm();
  }

  async #look(): Promise<void> {
    const { leases, time } = this.#parts;
    await this.#hearEvents();
    await Promise.all(leases.all.map((lease) => this.#lookAt(lease)));
    if (time.nowMs() < this.#sharingDueMs) return;
    this.#sharingDueMs = time.nowMs() + SHARING_PERIOD_MS;
    await Promise.all(leases.all.map((lease) => this.#lookForOthers(lease)));
  }

  async #hearEvents(): Promise<void> {
    const drivers = new Set(this.#parts.leases.all.flatMap(({ slots }) => slots.map(({ driver }) => driver)));
    await Promise.all([...drivers].map((driver) => this.#hear(driver)));
  }

  async #hear(driver: Devices): Promise<void> {
    const { pool, book, notes } = this.#parts;
    for (const { id, what, detail } of await pool.call(driver, (one) => one.events())) {
      const slots = book.known.filter((slot) => slot.driver === driver && (id === null || slot.id === id));
      const text = `${id ?? `all ${driver.family} devices`}: ${what} (${detail})`;
      notes.warn(text);
      notes.audit({ verb: 'event', identity: ITSELF, devices: slots.map((slot) => slot.id), detail: text });
      if (what === 'reload' || what === 'reset') book.forget();
      if (FORGETFUL.has(what)) await Promise.all(slots.map((slot) => this.#lockAgain(slot, what)));
    }
  }

  async #lookAt(lease: Lease): Promise<void> {
    this.#lookAtSpread(lease);
    for (const slot of lease.slots) {
      if (this.#counterFell(slot)) await this.#lockAgain(slot, 'its energy counter fell, so its driver was loaded anew');
      if (this.#leaves(slot)) await this.#answerDrift(lease, slot);
    }
  }

  #counterFell(slot: Slot): boolean {
    const counterJ = slot.latest?.counterJ ?? null;
    if (counterJ === null) return false;
    const before = this.#countersJ.get(slot) ?? 0;
    this.#countersJ.set(slot, counterJ);
    return counterBeganAnew(before, counterJ);
  }

  #leaves({ latest, lockedMhz, drift, info }: Slot): boolean {
    if (latest === null || lockedMhz === null || drift === null) return false;
    return drift.leaves(latest, { tellsLimits: info.capabilities.includes('limit-reasons') });
  }

  async #answerDrift(lease: Lease, slot: Slot): Promise<void> {
    const { time, leases } = this.#parts;
    const seen = `it runs at ${slot.latest?.smMhz} MHz under a lock of ${slot.lockedMhz} MHz`;
    if (slot.drift?.mayRelock(time.nowMs()) === false)
      return leases.cede(lease, [slot], `somebody else sets the clock of ${slot.id} again and again: ${seen}`);
    await this.#lockAgain(slot, seen);
  }

  async #lockAgain(slot: Slot, why: string): Promise<void> {
    const { locking, notes } = this.#parts;
    const { lease } = slot;
    if (lease === null || !slot.touched) return;
    try {
      await lease.line.run(() => locking.again(lease, slot));
      notes.warn(`${slot.id} was locked anew: ${why}`);
      const clock = slot.lockedMhz === null ? {} : { clockMhz: slot.lockedMhz };
      notes.audit({
        verb: 'lock',
        identity: ITSELF,
        domain: lease.domain,
        holder: lease.holder,
        devices: [slot.id],
        ...clock,
        detail: `anew: ${why}`,
      });
    } catch (reason) {
      notes.warn(`${slot.id} could not be locked anew (${why}): ${messageOf(reason)}`);
    }
  }

  /** Told once for each time that clocks drift apart, when they still are a second later. */
  #lookAtSpread(lease: Lease): void {
    const shown = lease.slots.filter(({ latest, lockedAtMs }) => latest !== null && isSettled(latest, lockedAtMs));
    if (lease.lockedMhz === null || shown.length < lease.slots.length) return;
    const clocks = shown.map(({ latest }) => latest!.smMhz);
    const spreadMhz = Math.max(...clocks) - Math.min(...clocks);
    const times = spreadMhz > SPREAD_MHZ ? (this.#apart.get(lease) ?? 0) + 1 : 0;
    this.#apart.set(lease, times);
    if (times !== 2) return;
    const text = `the clocks of ${lease.domain} are ${spreadMhz} MHz apart: the slowest of its devices sets the latency`;
    this.#parts.notes.warn(text);
    this.#parts.notes.audit({ verb: 'event', identity: ITSELF, domain: lease.domain, devices: lease.ids, detail: text });
  }

  async #lookForOthers(lease: Lease): Promise<void> {
    const { outsiders, leases, notes } = this.#parts;
    try {
      await outsiders.assertOwn(lease.slots, lease.pids);
    } catch (reason) {
      const text = messageOf(reason);
      if (codeOf(reason) !== 'DEVICE_SHARED') return notes.warn(`${lease.domain}: who works on its devices could not be told: ${text}`);
      notes.warn(`${lease.domain} was given back: ${text}`);
      notes.audit({ verb: 'cede', identity: ITSELF, domain: lease.domain, holder: lease.holder, devices: lease.ids, detail: text });
      // Our lock slows others, and nobody else has set one: it is taken away.
      await leases.end(lease, text);
    }
  }
}

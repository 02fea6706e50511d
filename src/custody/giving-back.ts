import type { Megahertz } from '../domain/units.ts';
import type { RestoreScope } from '../ports/devices.ts';
import type { Time } from '../ports/time.ts';
import { backoffMs } from './backoff.ts';
import type { DriverPool } from './driver-pool.ts';
import type { JournalKeeper } from './journal-keeper.ts';
import type { Slot } from './lease.ts';
import { Line } from './line.ts';
import { isNamed } from './names.ts';
import { ITSELF, type Notes } from './notes.ts';
import type { CustodyOptions } from './options.ts';
import { messageOf } from './refusal.ts';

/** A power limit that we have not set is somebody's. */
export const scopeOf = ({ held }: Slot): RestoreScope => (held?.limited === true ? 'all' : 'clock');

interface Parts {
  readonly pool: DriverPool;
  readonly journal: JournalKeeper;
  readonly time: Time;
  readonly notes: Notes;
  readonly restoreTo: CustodyOptions['restoreTo'];
}

/** Gives devices back, again and again until it works; none is forgotten. */
export class GivingBack {
  readonly #parts: Parts;
  #stopped = false;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Marks a device as on its way back, at once; `attempt` brings it there. What is under way stays as it is. */
  begin(slot: Slot, { line = new Line(), stubborn = true } = {}): void {
    slot.returning ??= { line, stubborn, failures: 0, problem: null, cancel: () => undefined, running: null };
  }

  /** Later, unless somebody asks for an attempt before. */
  attemptAt(slot: Slot, atMs: number): void {
    const { returning } = slot;
    if (returning === null) return;
    returning.cancel();
    returning.cancel = this.#parts.time.at(atMs, () => void this.attempt(slot));
  }

  /** Tries now. Resolves to null when the device is free, otherwise to the reason, and goes on by itself. */
  attempt(slot: Slot): Promise<string | null> {
    const { returning } = slot;
    if (returning === null) return Promise.resolve(null);
    if (returning.running !== null) return returning.running;
    returning.cancel();
    returning.running = returning.line.run(() => this.#restore(slot), { urgent: true }).finally(() => (returning.running = null));
    return returning.running;
  }

  /** One try for a device that nobody here has locked: what fails is told and left. */
  once(slot: Slot): Promise<string | null> {
    this.begin(slot, { stubborn: false });
    return this.attempt(slot);
  }

  /** No further attempt begins by itself. */
  stop(slots: readonly Slot[]): void {
    this.#stopped = true;
    for (const slot of slots) slot.returning?.cancel();
  }

  async #restore(slot: Slot): Promise<string | null> {
    const { pool } = this.#parts;
    // An empty text stands for a device of which nothing is known.
    const before = slot.held?.before || null;
    try {
      await pool.call(slot.driver, (driver) => driver.restore(slot.id, before, scopeOf(slot)));
    } catch (reason) {
      return this.#failed(slot, messageOf(reason));
    }
    await this.#leaveAt(slot);
    this.#freed(slot);
    return null;
  }

  /** The operator's clock, where there is one. What cannot be set is told and left at the default, which is safe. */
  async #leaveAt(slot: Slot): Promise<void> {
    const { pool, notes } = this.#parts;
    const clockMhz = this.#clockOf(slot);
    if (clockMhz === null) return;
    try {
      await pool.call(slot.driver, (driver) => driver.lock(slot.id, clockMhz as Megahertz));
    } catch (reason) {
      notes.warn(`${slot.id} was given back to its driver's default, not to ${clockMhz} MHz as restoreTo says: ${messageOf(reason)}`);
    }
  }

  #clockOf({ info }: Slot): number | null {
    const { restoreTo } = this.#parts;
    if (restoreTo === 'default') return null;
    if (typeof restoreTo === 'number') return restoreTo;
    return Object.entries(restoreTo).find(([name]) => isNamed(info, [name]))?.[1] ?? null;
  }

  #freed(slot: Slot): void {
    const { notes, journal } = this.#parts;
    const { domain, holder } = slot.held ?? {};
    const whose = { ...(domain === undefined ? {} : { domain }), ...(holder === undefined ? {} : { holder }) };
    const { failures = 0 } = slot.returning ?? {};
    slot.clear();
    slot.returning = null;
    journal.forget(slot.id);
    const detail = failures === 0 ? 'given back' : `given back after ${failures} failed attempts`;
    notes.audit({ verb: 'restore', identity: ITSELF, devices: [slot.id], detail, ...whose });
  }

  #failed(slot: Slot, problem: string): string {
    const { notes, time } = this.#parts;
    const returning = slot.returning!;
    returning.failures += 1;
    if (!returning.stubborn) {
      slot.returning = null;
      return problem;
    }
    // A driver that is away for an hour must not fill the log.
    if (returning.problem !== problem) {
      notes.warn(`${slot.id} could not be given back yet and is tried again: ${problem}`);
      notes.audit({ verb: 'restore', identity: ITSELF, devices: [slot.id], detail: `failed, to be tried again: ${problem}` });
    }
    returning.problem = problem;
    if (!this.#stopped) this.attemptAt(slot, time.nowMs() + backoffMs(returning.failures));
    return problem;
  }
}

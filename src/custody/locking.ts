import type { DomainReading, LeaseClaim } from '../domain/custody.ts';
import type { ErrorCode } from '../domain/errors.ts';
import { VoltanaError } from '../domain/errors.ts';
import type { Megahertz, Watts } from '../domain/units.ts';
import type { Time } from '../ports/time.ts';
import { assertClock, assertPower } from './bounds.ts';
import { DriftWatch } from './drift.ts';
import type { DriverPool } from './driver-pool.ts';
import { scopeOf } from './giving-back.ts';
import type { JournalKeeper } from './journal-keeper.ts';
import type { Lease, Slot } from './lease.ts';
import type { Leases } from './leases.ts';
import type { Notes } from './notes.ts';
import type { CustodyBounds } from './options.ts';
import type { Reader } from './readings.ts';
import { codeOf, failureOf, messageOf } from './refusal.ts';

/** A driver that answers so has changed nothing. */
const NOTHING_CHANGED: ReadonlySet<ErrorCode> = new Set([
  'NOT_PERMITTED',
  'NOT_SUPPORTED',
  'CLOCK_OUTSIDE_CARD',
  'BAD_VALUE',
  'UNKNOWN_ID',
  'NO_DRIVER',
]);

interface Parts {
  readonly time: Time;
  readonly pool: DriverPool;
  readonly journal: JournalKeeper;
  readonly leases: Leases;
  readonly reader: Reader;
  readonly notes: Notes;
  readonly bounds: CustodyBounds;
}

/** How one device is changed, and how that is undone. */
interface Change {
  /** As in "locking at 690 MHz". */
  readonly name: string;
  apply(slot: Slot): Promise<void>;
  /** Brings back what stood before it. */
  undo(slot: Slot): Promise<void>;
}

/** Changes all devices of a domain or none. Whoever calls has the lease's line to himself. */
export class Locking {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** @throws VoltanaError as `ClockCustodian.lock` does */
  async lock(lease: Lease, claim: LeaseClaim, clockMhz: Megahertz): Promise<DomainReading> {
    const { leases, notes, reader, bounds } = this.#parts;
    leases.assertStill(lease, claim);
    assertClock(lease.domain, clockMhz, lease.clocksMhz, bounds);
    this.#allowSlowdown(lease, clockMhz);
    const change = this.#lockChange(lease, clockMhz);
    const reading = await this.#change(lease, claim, change, () => reader.readAll(lease.slots));
    lease.lockedMhz = clockMhz;
    const { domain, holder, identity, ids: devices } = lease;
    notes.audit({ verb: 'lock', identity, holder, domain, devices, clockMhz });
    return reading;
  }

  /** @throws VoltanaError as `ClockCustodian.limitPower` does */
  async limitPower(lease: Lease, claim: LeaseClaim, powerW: Watts): Promise<void> {
    const { leases, notes, bounds } = this.#parts;
    leases.assertStill(lease, claim);
    assertPower(lease.domain, powerW, bounds);
    await this.#markLimited(lease);
    await this.#change(lease, claim, this.#powerChange(lease, powerW), async () => undefined);
    const { domain, holder, identity, ids: devices } = lease;
    notes.audit({ verb: 'limit-power', identity, holder, domain, devices, powerW });
  }

  /** Written down before it is done, as locks are: whoever starts next has to bring the limit back, too. */
  async #markLimited(lease: Lease): Promise<void> {
    const unmarked = lease.slots.filter(({ held }) => held !== null && held.limited !== true);
    if (unmarked.length === 0) return;
    const marked = unmarked.map(({ held }) => ({ ...held!, limited: true }));
    await this.#parts.journal.hold(marked);
    unmarked.forEach((slot, i) => (slot.held = marked[i]!));
  }

  /** Sets one device again to what its lease says. @throws what its driver says */
  async again(lease: Lease, slot: Slot): Promise<void> {
    if (!lease.lives(this.#parts.time.nowMs())) return;
    const { lockedMhz, powerLimitW } = slot;
    if (lockedMhz !== null) await this.#lockOne(slot, lockedMhz, true);
    if (powerLimitW !== null && lease.over === null) await this.#limitOne(slot, powerLimitW);
  }

  #allowSlowdown({ domain, slots }: Lease, clockMhz: number): void {
    const nowMs = this.#parts.time.nowMs();
    const slowed = slots.filter(({ lockedMhz, info }) => clockMhz < (lockedMhz ?? info.supportedMhz.at(-1)!));
    const waitMs = Math.max(0, ...slowed.map(({ slowdowns }) => slowdowns.waitMs(nowMs)));
    if (waitMs > 0)
      throw new VoltanaError(
        'CLOCK_REFUSED',
        `${domain} is slowed down too often for this agent's bounds: again in ${Math.ceil(waitMs)} ms`,
      );
    for (const { slowdowns } of slowed) slowdowns.take();
  }

  #lockChange(lease: Lease, clockMhz: Megahertz): Change {
    const before = new Map(lease.slots.map((slot) => [slot, slot.lockedMhz]));
    return {
      name: `locking at ${clockMhz} MHz`,
      apply: (slot) => this.#lockOne(slot, clockMhz),
      undo: async (slot) => {
        const lockedMhz = before.get(slot) ?? null;
        if (lockedMhz !== null) return this.#lockOne(slot, lockedMhz);
        await this.#parts.pool.call(slot.driver, (driver) => driver.restore(slot.id, slot.held?.before || null, scopeOf(slot)));
        slot.lockedMhz = null;
        if (slot.powerLimitW !== null) await this.#limitOne(slot, slot.powerLimitW);
      },
    };
  }

  #powerChange(lease: Lease, powerW: Watts): Change {
    const before = new Map(lease.slots.map((slot) => [slot, slot.powerLimitW]));
    return {
      name: `limiting to ${powerW} W`,
      apply: async (slot) => {
        slot.powerBeforeW ??= slot.info.powerLimits?.presentW ?? null;
        await this.#limitOne(slot, powerW);
      },
      undo: async (slot) => {
        const earlierW = before.get(slot) ?? slot.powerBeforeW;
        if (earlierW === null) throw new VoltanaError('DEVICE_FAILED', `${slot.id} does not tell what its power limit was`);
        await this.#limitOne(slot, earlierW);
        slot.powerLimitW = before.get(slot) ?? null;
      },
    };
  }

  async #lockOne(slot: Slot, clockMhz: Megahertz, anew = false): Promise<void> {
    await this.#parts.pool.call(slot.driver, (driver) => driver.lock(slot.id, clockMhz));
    slot.lockedMhz = clockMhz;
    slot.lockedAtMs = this.#parts.time.nowMs();
    slot.drift ??= new DriftWatch();
    slot.drift.locked(clockMhz, slot.lockedAtMs, anew);
  }

  async #limitOne(slot: Slot, powerW: Watts): Promise<void> {
    await this.#parts.pool.call(slot.driver, (driver) => driver.limitPower(slot.id, powerW));
    slot.powerLimitW = powerW;
  }

  /** One device after another, as drivers serialise them anyway; then what proves it. With an error none of it stands. */
  async #change<T>(lease: Lease, claim: LeaseClaim, change: Change, prove: () => Promise<T>): Promise<T> {
    const { leases } = this.#parts;
    const changed: Slot[] = [];
    try {
      for (const slot of lease.slots) {
        leases.assertStill(lease, claim);
        await this.#applyOne(slot, change, changed);
      }
      const proof = await prove();
      leases.assertStill(lease, claim);
      return proof;
    } catch (reason) {
      // What is given back next in line needs no undoing.
      if (lease.over !== null) throw this.#lostOn(lease, reason);
      throw failureOf(reason, `${lease.domain}: ${change.name} failed, and ${await this.#undo(lease, change, changed)}`);
    }
  }

  async #applyOne(slot: Slot, change: Change, changed: Slot[]): Promise<void> {
    const wasTouched = slot.touched;
    // Before the call: whatever ends the lease meanwhile has to give this device back.
    slot.touched = true;
    try {
      await change.apply(slot);
      changed.push(slot);
    } catch (reason) {
      if (NOTHING_CHANGED.has(codeOf(reason))) slot.touched = wasTouched;
      else changed.push(slot);
      throw reason;
    }
  }

  #lostOn(lease: Lease, reason: unknown): VoltanaError {
    if (codeOf(reason) === 'LEASE_LOST') return reason as VoltanaError;
    return new VoltanaError('LEASE_LOST', `the lease of the clocks of ${lease.domain} is over: ${lease.over}`, { cause: reason });
  }

  /** What became of the devices that were changed already, as the end of a sentence. */
  async #undo(lease: Lease, change: Change, changed: readonly Slot[]): Promise<string> {
    for (const slot of changed) {
      if (lease.over !== null) return 'its lease is over';
      try {
        await change.undo(slot);
      } catch (reason) {
        const problem = `${slot.id} could not be put back: ${messageOf(reason)}`;
        void this.#parts.leases.end(lease, problem);
        return `${problem}, so the whole domain is given back`;
      }
    }
    return changed.length === 0
      ? 'nothing was changed'
      : `${changed.map(({ id }) => id).join(', ')} ${changed.length === 1 ? 'is' : 'are'} as before`;
  }
}

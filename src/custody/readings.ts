import type { DomainReading } from '../domain/custody.ts';
import type { DeviceReading } from '../domain/device.ts';
import { megahertz } from '../domain/units.ts';
import type { Devices } from '../ports/devices.ts';
import type { Time } from '../ports/time.ts';
import type { DriverPool } from './driver-pool.ts';
import type { Slot } from './lease.ts';
import { failureOf, messageOf } from './refusal.ts';

/** Until a counter without a power sensor has moved enough to show a power. */
const SLOPE_MS = 120;

interface Shown {
  readonly slot: Slot;
  readonly reading: DeviceReading;
}

const meanOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

const isHeldBelow = ({ slot, reading }: Shown): boolean => slot.lockedMhz === null || reading.smMhz < slot.lockedMhz;

const limitOf = (shown: readonly Shown[]): { readonly throttled: boolean; readonly limitedBy?: 'power' | 'thermal' } => {
  const limits = shown.filter(isHeldBelow).flatMap(({ reading }) => reading.limits);
  if (limits.includes('thermal')) return { throttled: true, limitedBy: 'thermal' };
  if (limits.includes('power')) return { throttled: true, limitedBy: 'power' };
  return { throttled: limits.includes('hardware') };
};

const energyOfAll = (shown: readonly Shown[], atMs: number): DomainReading['energy'] => {
  const parts = shown.map(({ slot }) => slot.meter.energy);
  if (parts.some((part) => part === null)) return null;
  const known = parts.map((part) => part!);
  return {
    energyJ: known.reduce((sum, { energyJ }) => sum + energyJ, 0),
    powerW: known.reduce((sum, { powerW }) => sum + powerW, 0),
    atMs,
    source: known.every(({ source }) => source === 'counter') ? 'counter' : 'integrated',
    uncertaintyPct: Math.max(...known.map(({ uncertaintyPct }) => uncertaintyPct)),
  };
};

/** What devices show together. The lock is that of the slowest, and none while one of them has none. */
const together = (shown: readonly Shown[]): DomainReading => {
  const clocks = shown.map(({ reading }) => reading.smMhz);
  const locks = shown.map(({ slot }) => slot.lockedMhz);
  // Devices are read within milliseconds of each other: the middle is as good a moment as any, and lies within the answer.
  const atMs = meanOf(shown.map(({ reading }) => reading.atMs));
  const lockedMhz = locks.includes(null) ? null : megahertz(Math.min(...locks.map(Number)));
  const clock = { appliedMhz: megahertz(Math.min(...clocks)), lockedMhz, ...limitOf(shown), atMs };
  return { clock, energy: energyOfAll(shown, atMs), spreadMhz: Math.max(...clocks) - Math.min(...clocks) };
};

const heard = (slot: Slot, reading: DeviceReading): void => {
  slot.latest = reading;
  slot.problem = null;
  slot.meter.add(reading);
};

const failed = (slot: Slot, reason: unknown): void => {
  slot.latest = null;
  slot.problem = messageOf(reason);
};

/** Reads devices, and lets their meters see every reading. */
export class Reader {
  readonly #pool: DriverPool;
  readonly #time: Time;

  constructor(pool: DriverPool, time: Time) {
    this.#pool = pool;
    this.#time = time;
  }

  /** @throws VoltanaError what the driver says, naming the device */
  async read(slot: Slot): Promise<DeviceReading> {
    try {
      const reading = await this.#pool.call(slot.driver, (driver) => driver.read(slot.id));
      heard(slot, reading);
      return reading;
    } catch (reason) {
      failed(slot, reason);
      throw failureOf(reason, `${slot.id} cannot be read`);
    }
  }

  /** `told` hears of each slot once, with null for one that could not be read: the slot remembers why. One that hangs keeps nobody waiting. */
  readEach(slots: readonly Slot[], told: (slot: Slot, reading: DeviceReading | null) => void): void {
    for (const driver of new Set(slots.map((slot) => slot.driver))) {
      const its = slots.filter((slot) => slot.driver === driver);
      if (driver.readEach === undefined)
        for (const slot of its)
          void this.read(slot)
            .catch(() => null)
            .then((reading) => told(slot, reading));
      else this.#readTogether(driver, its, told);
    }
  }

  #readTogether(driver: Devices, slots: readonly Slot[], told: (slot: Slot, reading: DeviceReading | null) => void): void {
    const byId = new Map(slots.map((slot) => [slot.id, slot]));
    const done = this.#pool.enter(driver, slots.length);
    driver.readEach!([...byId.keys()], (id, outcome) => {
      const slot = byId.get(id)!;
      const failure = outcome instanceof Error;
      if (failure) failed(slot, outcome);
      else heard(slot, outcome);
      done();
      told(slot, failure ? null : outcome);
    });
  }

  async readAll(slots: readonly Slot[]): Promise<DomainReading> {
    const shown = await Promise.all(slots.map((slot) => this.#readMetered(slot)));
    return together(shown);
  }

  async #readMetered(slot: Slot): Promise<Shown> {
    const reading = await this.read(slot);
    if (!slot.meter.needsAnother) return { slot, reading };
    await this.#time.sleep(SLOPE_MS);
    return { slot, reading: await this.read(slot) };
  }
}

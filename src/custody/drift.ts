import type { DeviceReading } from '../domain/device.ts';

/** Clocks snap to steps of 15 MHz and follow within half a second. */
const SLACK_MHZ = 30;
const SETTLE_MS = 500;
/** So many readings in a row are no accident. */
const READINGS = 2;
/** Further below its lock without a reason a busy device is held by somebody else. */
const FAR_BELOW_MHZ = 100;
const FAR_BELOW_SHARE = 0.1;
/** Above the lowest power seen, a device works; an idle one may clock down as it likes. */
const BUSY_FACTOR = 1.5;
/** Locked anew more often than this, somebody else sets it at the same time. */
const RELOCKS = 2;
const RELOCKS_WITHIN_MS = 10_000;

/** The lock that a reading is held against. */
export interface StandingLock {
  readonly lockedMhz: number;
  readonly lockedAtMs: number;
  /** Whether its driver says what holds a clock down: without that a low clock tells nothing. */
  readonly tellsLimits: boolean;
}

/** Whether one device keeps to its lock. */
export class DriftWatch {
  #floorW = Infinity;
  #away = 0;
  #judgedMs = -Infinity;
  #relockedMs: readonly number[] = [];

  /** True when it has left its lock in two readings. The same reading counts once. */
  leaves(reading: DeviceReading, lock: StandingLock): boolean {
    if (reading.atMs <= this.#judgedMs) return false;
    this.#judgedMs = reading.atMs;
    this.#floorW = Math.min(this.#floorW, reading.instantW ?? reading.averageW ?? Infinity);
    if (reading.atMs - lock.lockedAtMs < SETTLE_MS) return false;
    this.#away = this.#isAbove(reading, lock) || this.#isFarBelow(reading, lock) ? this.#away + 1 : 0;
    return this.#away >= READINGS;
  }

  /** Asks for one more lock; false when that is no use, as the last ones did not hold. */
  mayRelock(nowMs: number): boolean {
    this.#away = 0;
    this.#relockedMs = this.#relockedMs.filter((atMs) => nowMs - atMs <= RELOCKS_WITHIN_MS);
    if (this.#relockedMs.length >= RELOCKS) return false;
    this.#relockedMs = [...this.#relockedMs, nowMs];
    return true;
  }

  /** An idle clock lies below its lock, so one above it is out of its hands whatever the load. */
  #isAbove({ smMhz }: DeviceReading, { lockedMhz }: StandingLock): boolean {
    return smMhz > lockedMhz + SLACK_MHZ;
  }

  #isFarBelow({ smMhz, limits, instantW, averageW }: DeviceReading, { lockedMhz, tellsLimits }: StandingLock): boolean {
    const busy = (instantW ?? averageW ?? 0) > this.#floorW * BUSY_FACTOR;
    const far = smMhz < lockedMhz - Math.max(FAR_BELOW_MHZ, lockedMhz * FAR_BELOW_SHARE);
    return tellsLimits && busy && far && limits.length === 0;
  }
}

/** More than this between the clocks of one domain is told. */
export const SPREAD_MHZ = 30;
export const isSettled = ({ atMs }: DeviceReading, lockedAtMs: number): boolean => atMs - lockedAtMs >= SETTLE_MS;

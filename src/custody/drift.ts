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

/** What a reading is held against besides the locks. */
export interface Judged {
  /** Whether its driver says what holds a clock down: without that a low clock tells nothing. */
  readonly tellsLimits: boolean;
}

interface OwnLock {
  readonly clockMhz: number;
  readonly atMs: number;
}

/** Whether one device keeps to its lock. */
export class DriftWatch {
  /** The locks of the last moments, oldest first: its clock may still be on its way from any of them. */
  #locks: readonly OwnLock[] = [];
  #floorW = Infinity;
  #away = 0;
  #judgedMs = -Infinity;
  #relockedMs: readonly number[] = [];

  /** It was locked by us; `anew` because its clock was elsewhere, which nobody knows how far. */
  locked(clockMhz: number, atMs: number, anew = false): void {
    this.#locks = [...(anew ? [] : this.#standing(atMs)), { clockMhz, atMs }];
  }

  /** True when it has left its locks in two readings, however often they change. The same reading counts once. */
  leaves(reading: DeviceReading, { tellsLimits }: Judged): boolean {
    if (reading.atMs <= this.#judgedMs) return false;
    this.#judgedMs = reading.atMs;
    this.#floorW = Math.min(this.#floorW, reading.instantW ?? reading.averageW ?? Infinity);
    const locks = this.#standing(reading.atMs);
    if (locks.length === 0 || reading.atMs - locks[0]!.atMs < SETTLE_MS) return false;
    const clocksMhz = locks.map(({ clockMhz }) => clockMhz);
    const away = this.#isAbove(reading, Math.max(...clocksMhz)) || (tellsLimits && this.#isFarBelow(reading, Math.min(...clocksMhz)));
    this.#away = away ? this.#away + 1 : 0;
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

  /** The one that holds at this moment or has just been left, and those since. */
  #standing(atMs: number): readonly OwnLock[] {
    const settled = this.#locks.findLastIndex((lock) => atMs - lock.atMs >= SETTLE_MS);
    return this.#locks.slice(Math.max(0, settled));
  }

  /** An idle clock lies below its lock, so one above it is out of its hands whatever the load. */
  #isAbove({ smMhz }: DeviceReading, lockedMhz: number): boolean {
    return smMhz > lockedMhz + SLACK_MHZ;
  }

  #isFarBelow({ smMhz, limits, instantW, averageW }: DeviceReading, lockedMhz: number): boolean {
    const busy = (instantW ?? averageW ?? 0) > this.#floorW * BUSY_FACTOR;
    const far = smMhz < lockedMhz - Math.max(FAR_BELOW_MHZ, lockedMhz * FAR_BELOW_SHARE);
    return busy && far && limits.length === 0;
  }
}

/** More than this between the clocks of one domain is told. */
export const SPREAD_MHZ = 30;
export const isSettled = ({ atMs }: DeviceReading, lockedAtMs: number): boolean => atMs - lockedAtMs >= SETTLE_MS;

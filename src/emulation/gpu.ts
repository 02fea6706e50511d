import type { Random } from '../ports/random.ts';
import { heldClockMhz } from '../prediction/analytic/clock-effects.ts';
import type { Device } from '../prediction/analytic/device.ts';
import type { Adversity } from './adversity.ts';
import { Leakage } from './leakage.ts';

/**
 * The clock and the energy counter of one instance's GPUs. A lock takes effect only after the driver call and a
 * settle time; energy is integrated over the modelled times, however late anybody asks.
 */
export class EmulatedGpu {
  readonly #device: Device;
  readonly #random: Random;
  readonly #adversity: Adversity;
  #clockMhz: number;
  #lockedMhz: number | null = null;
  #pendingMhz = 0;
  #settlesAtMs = Infinity;
  readonly #leakage: Leakage;
  #powerW: number;
  #modelledJ = 0;
  #modelledAtMs: number;

  /** @param startW power before and at the start, all GPUs of the instance */
  constructor(device: Device, random: Random, startW: number, startMs: number, adversity: Adversity = {}) {
    this.#device = device;
    this.#powerW = startW;
    this.#leakage = new Leakage(device.gpu, startW, startMs);
    this.#random = random;
    this.#adversity = adversity;
    this.#clockMhz = device.gpu.clock.maxMhz;
    this.#modelledAtMs = startMs;
  }

  /** The clock that holds now, power limit aside. */
  get clockMhz(): number {
    return this.#clockMhz;
  }

  get lockedMhz(): number | null {
    return this.#lockedMhz;
  }

  /** When a requested clock starts to hold; Infinity when none is on its way. */
  get settlesAtMs(): number {
    return this.#settlesAtMs;
  }

  /** Starts a change of clock; a later lock replaces one that has not settled. Returns the driver call's duration. */
  lock(clockMhz: number | null, nowMs: number): number {
    const { callMs } = this.#device.gpu.lock;
    this.#pendingMhz = clockMhz === null ? this.#device.gpu.clock.maxMhz : heldClockMhz(this.#device, this.#obeyed(clockMhz));
    this.#lockedMhz = clockMhz;
    this.#settlesAtMs = nowMs + callMs + this.#settleMs();
    return callMs;
  }

  /** The pending clock holds from now on. */
  settle(): void {
    if (this.#settlesAtMs < Infinity) this.#clockMhz = this.#pendingMhz;
    this.#settlesAtMs = Infinity;
  }

  /** Modelled power of all GPUs from `atMs` on. @param resting nothing runs from now on */
  setPower(powerW: number, resting: boolean, atMs: number): void {
    this.#modelledJ = this.#modelledUntil(atMs);
    this.#modelledAtMs = atMs;
    this.#powerW = powerW;
    this.#leakage.changed(this.#modelledJ, resting, atMs);
  }

  /** What all GPUs draw at `nowMs`. */
  powerW(nowMs: number): number {
    return this.#powerW + this.#leakage.addedW(this.#powerW, this.#modelledUntil(nowMs), nowMs);
  }

  /** True joules since the start. */
  energyJ(nowMs: number): number {
    const modelledJ = this.#modelledUntil(nowMs);
    return modelledJ + this.#leakage.addedJ(modelledJ, nowMs);
  }

  #modelledUntil(nowMs: number): number {
    return this.#modelledJ + (this.#powerW * Math.max(0, nowMs - this.#modelledAtMs)) / 1000;
  }

  #settleMs(): number {
    if (this.#adversity.settleMs) return this.#adversity.settleMs();
    const [shortest, longest] = this.#device.gpu.lock.settleMs;
    return shortest + (longest - shortest) * this.#random.next();
  }

  #obeyed(clockMhz: number): number {
    const { minMhz, stepMhz } = this.#device.gpu.clock;
    return this.#adversity.locksLower?.() ? Math.max(minMhz, clockMhz - stepMhz) : clockMhz;
  }
}

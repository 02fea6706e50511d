import type { Random } from '../ports/random.ts';
import { heldClockMhz } from '../prediction/analytic/clock-effects.ts';
import type { Device } from '../prediction/analytic/device.ts';

interface PendingClock {
  readonly clockMhz: number;
  readonly atMs: number;
}

/**
 * The clock and the energy counter of one instance's GPUs. A lock takes effect only after the driver call and a
 * settle time; energy is integrated over the modelled times, however late anybody asks.
 */
export class EmulatedGpu {
  readonly #device: Device;
  readonly #random: Random;
  #clockMhz: number;
  #lockedMhz: number | null = null;
  #pending: PendingClock | null = null;
  #powerW = 0;
  #energyJ = 0;
  #energyAtMs: number;

  constructor(device: Device, random: Random, startMs: number) {
    this.#device = device;
    this.#random = random;
    this.#clockMhz = device.gpu.clock.maxMhz;
    this.#energyAtMs = startMs;
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
    return this.#pending?.atMs ?? Infinity;
  }

  /** Starts a change of clock; a later lock replaces one that has not settled. Returns the driver call's duration. */
  lock(clockMhz: number | null, nowMs: number): number {
    const { callMs, settleMs } = this.#device.gpu.lock;
    const [shortest, longest] = settleMs;
    const target = clockMhz === null ? this.#device.gpu.clock.maxMhz : heldClockMhz(this.#device, clockMhz);
    this.#lockedMhz = clockMhz;
    const settleForMs = shortest + (longest - shortest) * this.#random.next();
    this.#pending = { clockMhz: target, atMs: nowMs + callMs + settleForMs };
    return callMs;
  }

  /** The pending clock holds from now on. */
  settle(): void {
    if (this.#pending) this.#clockMhz = this.#pending.clockMhz;
    this.#pending = null;
  }

  /** Power of all GPUs from `atMs` on. */
  setPower(powerW: number, atMs: number): void {
    this.#energyJ = this.energyJ(atMs);
    this.#energyAtMs = atMs;
    this.#powerW = powerW;
  }

  get powerW(): number {
    return this.#powerW;
  }

  /** True joules since the start. */
  energyJ(nowMs: number): number {
    return this.#energyJ + (this.#powerW * Math.max(0, nowMs - this.#energyAtMs)) / 1000;
  }
}

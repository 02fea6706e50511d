import { createDevice } from '../prediction/analytic/device.ts';
import type { Device } from '../prediction/analytic/device.ts';
import { idlePowerW } from '../prediction/analytic/clock-effects.ts';
import { createRandom } from '../statistics/random.ts';
import { DecodeScheduler } from './decode-scheduler.ts';
import { EmulatedGpu } from './gpu.ts';
import { RunningIteration, type Disturbance } from './iteration.ts';
import { drawPersonality } from './personality.ts';
import { PrefillScheduler } from './prefill-scheduler.ts';
import type { Scheduler } from './scheduler.ts';
import type { DeviceReading, EmulatedInstance, EmulatedInstanceSpec, EmulatedRequest, EngineEvent, InstanceLoad } from './types.ts';

export type { Disturbance };

const undisturbed: Disturbance = () => 1;

/** The device that a spec stands for, hidden personality included. */
export const emulatedDevice = (spec: EmulatedInstanceSpec): Device =>
  createDevice(spec.gpu, spec.model, spec.engine, spec.tp, drawPersonality(createRandom(spec.seed).fork('personality')));

/** Clocks that a GPU card offers, ascending. */
export const clockTable = ({ clock }: EmulatedInstanceSpec['gpu']): number[] => {
  const count = Math.floor((clock.maxMhz - clock.minMhz) / clock.stepMhz) + 1;
  return Array.from({ length: count }, (_, i) => clock.minMhz + i * clock.stepMhz);
};

class Machine implements EmulatedInstance {
  readonly #device: Device;
  readonly #gpu: EmulatedGpu;
  readonly #scheduler: Scheduler;
  readonly #clocksMhz: readonly number[];
  readonly #disturbance: Disturbance;
  #iteration: RunningIteration | null = null;

  constructor(spec: EmulatedInstanceSpec, startMs: number, disturbance: Disturbance) {
    this.#disturbance = disturbance;
    this.#device = emulatedDevice(spec);
    this.#gpu = new EmulatedGpu(this.#device, createRandom(spec.seed).fork('settling'), startMs);
    this.#scheduler = spec.role === 'prefill' ? new PrefillScheduler(this.#device) : new DecodeScheduler(this.#device);
    this.#clocksMhz = clockTable(spec.gpu);
    this.#setPower(startMs);
  }

  submit(request: EmulatedRequest, nowMs: number): void {
    this.#at(nowMs, () => this.#scheduler.submit(request, nowMs));
  }

  cancel(id: string, nowMs: number): void {
    this.#at(nowMs, () => this.#scheduler.cancel(id));
  }

  peerArrived(room: number, nowMs: number): void {
    this.#at(nowMs, () => this.#scheduler.peerArrived(room, nowMs));
  }

  peerGone(room: number, nowMs: number): void {
    this.#at(nowMs, () => this.#scheduler.peerGone(room, nowMs));
  }

  kvArrived(room: number, nowMs: number): void {
    this.#at(nowMs, () => this.#scheduler.kvArrived(room, nowMs));
  }

  kvFailed(room: number, reason: string, nowMs: number): void {
    this.#at(nowMs, () => this.#scheduler.kvFailed(room, reason, nowMs));
  }

  lockClock(clockMhz: number | null, nowMs: number): number {
    if (clockMhz !== null && !this.#clocksMhz.includes(clockMhz)) {
      throw new RangeError(`${clockMhz} MHz is not a supported clock (${this.#clocksMhz[0]}..${this.#clocksMhz.at(-1)} MHz)`);
    }
    this.#runUntil(nowMs);
    return this.#gpu.lock(clockMhz, nowMs);
  }

  supportedMhz(): readonly number[] {
    return this.#clocksMhz;
  }

  reading(nowMs: number): DeviceReading {
    this.#runUntil(nowMs);
    const gain = this.#device.personality.sensorGain;
    return {
      appliedMhz: this.#appliedMhz(),
      lockedMhz: this.#gpu.lockedMhz,
      throttled: this.#iteration?.capped ?? false,
      energyJ: this.#gpu.energyJ(nowMs) * gain,
      powerW: this.#gpu.powerW * gain,
    };
  }

  load(): InstanceLoad {
    return this.#scheduler.load();
  }

  nextEventMs(): number {
    return Math.min(this.#iteration?.endMs ?? Infinity, this.#gpu.settlesAtMs, this.#scheduler.nextTimerMs());
  }

  advance(nowMs: number): EngineEvent[] {
    this.#runUntil(nowMs);
    return this.#scheduler.takeEvents();
  }

  /** An input at its own time: everything due before it happens first. */
  #at(nowMs: number, input: () => void): void {
    this.#runUntil(nowMs);
    input();
    this.#startIfIdle(nowMs);
  }

  #runUntil(nowMs: number): void {
    for (let nextMs = this.nextEventMs(); nextMs <= nowMs; nextMs = this.nextEventMs()) {
      if (this.#gpu.settlesAtMs <= nextMs) this.#settle(nextMs);
      else if (this.#iteration && this.#iteration.endMs <= nextMs) this.#endIteration(nextMs);
      else this.#scheduler.fireTimers(nextMs);
      this.#startIfIdle(nextMs);
    }
  }

  #settle(nowMs: number): void {
    this.#gpu.settle();
    this.#iteration?.changeClock(this.#gpu.clockMhz, nowMs);
    this.#setPower(nowMs);
  }

  #endIteration(nowMs: number): void {
    this.#iteration = null;
    this.#scheduler.end(nowMs);
    this.#startIfIdle(nowMs);
    if (!this.#iteration) this.#setPower(nowMs);
  }

  #startIfIdle(nowMs: number): void {
    if (this.#iteration) return;
    const work = this.#scheduler.begin(nowMs);
    if (!work) return;
    this.#iteration = new RunningIteration(this.#device, work, this.#gpu.clockMhz, nowMs, this.#disturbance(nowMs));
    this.#setPower(nowMs);
  }

  #setPower(nowMs: number): void {
    const idleW = idlePowerW(this.#device, this.#gpu.clockMhz) * this.#device.tp;
    this.#gpu.setPower(this.#iteration?.powerW ?? idleW, nowMs);
  }

  /** What the device reports: a whole step of its table, below the lock while the power limit holds it down. */
  #appliedMhz(): number {
    const { minMhz, stepMhz } = this.#device.gpu.clock;
    const trueMhz = this.#iteration?.appliedClockMhz ?? this.#gpu.clockMhz;
    return minMhz + Math.floor((trueMhz - minMhz) / stepMhz + 1e-6) * stepMhz;
  }
}

/**
 * @param startMs the Time value at which the device exists; energy counts from here
 * @param disturbance asked once for every iteration
 */
export const createEmulatedInstance = (spec: EmulatedInstanceSpec, startMs: number, disturbance = undisturbed): EmulatedInstance =>
  new Machine(spec, startMs, disturbance);

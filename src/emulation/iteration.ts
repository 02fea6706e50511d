import { DecodeSteps } from '../prediction/analytic/decode-steps.ts';
import type { Device } from '../prediction/analytic/device.ts';
import { emptyEstimate, estimateInto } from '../prediction/analytic/estimate.ts';
import type { IterationWork } from '../prediction/analytic/work.ts';

/** The running iteration of one engine. When the clock changes underneath, the part still to do goes on at the new pace. */
export class RunningIteration {
  readonly #device: Device;
  readonly #estimate = emptyEstimate();
  readonly #decodeSteps: DecodeSteps;
  #work: IterationWork | null = null;
  #slowdown = 1;
  #hostMs = 0;
  #durationMs = 0;
  #sinceMs = 0;
  #leftFraction = 1;
  #endMs = Infinity;

  constructor(device: Device) {
    this.#device = device;
    this.#decodeSteps = new DecodeSteps(device);
  }

  /** @param hostMs added by the host: the GPU waits, and draws `idleW` (of all GPUs of the instance) */
  start(work: IterationWork, clockMhz: number, nowMs: number, slowdown = 1, hostMs = 0): void {
    this.#work = work;
    this.#slowdown = slowdown;
    this.#hostMs = hostMs;
    this.#leftFraction = 1;
    this.#run(work, clockMhz, nowMs);
  }

  get running(): boolean {
    return this.#work !== null;
  }

  /** Infinity when none runs. */
  get endMs(): number {
    return this.#endMs;
  }

  /** Mean power of all GPUs of the instance, where those draw `idleW` while they wait for the host. */
  powerW(idleW: number): number {
    const busyW = this.#estimate.powerW * this.#device.tp;
    return this.#hostMs === 0 ? busyW : busyW + ((idleW - busyW) * this.#hostMs) / this.#durationMs;
  }

  get appliedClockMhz(): number {
    return this.#estimate.appliedClockMhz;
  }

  get capped(): boolean {
    return this.#estimate.capped;
  }

  changeClock(clockMhz: number, nowMs: number): void {
    if (!this.#work) return;
    this.#leftFraction -= (nowMs - this.#sinceMs) / this.#durationMs;
    this.#run(this.#work, clockMhz, nowMs);
  }

  stop(): void {
    this.#work = null;
    this.#endMs = Infinity;
  }

  #run(work: IterationWork, clockMhz: number, nowMs: number): void {
    if (work.phase === 'decode') this.#decodeSteps.estimateInto(work, clockMhz, this.#estimate);
    else estimateInto(this.#device, work, clockMhz, this.#estimate);
    this.#durationMs = this.#estimate.latencyMs * this.#slowdown + this.#hostMs;
    this.#sinceMs = nowMs;
    this.#endMs = nowMs + this.#leftFraction * this.#durationMs;
  }
}

import { estimateIteration, type AnalyticEstimate } from '../prediction/analytic/estimate.ts';
import type { Device } from '../prediction/analytic/device.ts';
import type { IterationWork } from '../prediction/analytic/work.ts';

/** How much longer than modelled an iteration that starts at `nowMs` takes, as a factor: what a real device adds. */
export type Disturbance = (nowMs: number) => number;

/** One running iteration. When the clock changes underneath, the part still to do goes on at the new pace. */
export class RunningIteration {
  readonly #device: Device;
  readonly #work: IterationWork;
  readonly #slowdown: number;
  #estimate: AnalyticEstimate;
  #sinceMs: number;
  #leftFraction = 1;

  constructor(device: Device, work: IterationWork, clockMhz: number, nowMs: number, slowdown = 1) {
    this.#device = device;
    this.#work = work;
    this.#slowdown = slowdown;
    this.#estimate = estimateIteration(device, work, clockMhz);
    this.#sinceMs = nowMs;
  }

  get endMs(): number {
    return this.#sinceMs + this.#leftFraction * this.#durationMs;
  }

  /** Power of all GPUs of the instance. */
  get powerW(): number {
    return this.#estimate.powerW * this.#device.tp;
  }

  get appliedClockMhz(): number {
    return this.#estimate.appliedClockMhz;
  }

  get capped(): boolean {
    return this.#estimate.capped;
  }

  changeClock(clockMhz: number, nowMs: number): void {
    this.#leftFraction -= (nowMs - this.#sinceMs) / this.#durationMs;
    this.#sinceMs = nowMs;
    this.#estimate = estimateIteration(this.#device, this.#work, clockMhz);
  }

  get #durationMs(): number {
    return this.#estimate.latencyMs * this.#slowdown;
  }
}

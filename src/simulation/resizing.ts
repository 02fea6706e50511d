import type { FleetControl } from '../control/fleet-control.ts';
import type { ResizeOrder } from '../control/resize/sizer.ts';
import type { ResizeOptions } from '../control/resize/fleet-shape.ts';
import { MinHeap } from '../emulation/min-heap.ts';
import type { Engines } from './engines.ts';

type LoadOrder = Extract<ResizeOrder, { kind: 'load' }>;

/** Carries out what control orders of instances that nobody needs, or somebody needs again, and of GPUs that get another role. */
export class Resizing {
  readonly #control: FleetControl;
  readonly #engines: Engines;
  /** Instances that start, by the time at which they will serve. */
  readonly #starting = new MinHeap<string>();
  /** Waiting for the last of their requests: telemetry sees an end some moments before the engine does, or after. */
  #loads: LoadOrder[] = [];

  constructor(control: FleetControl, engines: Engines) {
    this.#control = control;
    this.#engines = engines;
  }

  /** When the next instance that starts will serve; Infinity when none starts. */
  get nextMs(): number {
    return this.#starting.topKey;
  }

  /** Asks for orders. @returns whether an instance serves now that did not */
  order(nowMs: number): boolean {
    const options = this.#control.resizing;
    if (!options) return false;
    let woken = false;
    for (const order of this.#control.resize(nowMs)) {
      if (order.kind === 'load') this.#loads.push(order);
      else if (order.kind === 'rest') this.#rest(order.instance, options, true, nowMs);
      else woken = this.#wake(order.instance, options, nowMs) || woken;
    }
    if (this.#loads.length > 0) this.#load(options, nowMs);
    return woken;
  }

  /** Instances that have started serve. */
  serve(nowMs: number): void {
    while (this.#starting.topKey <= nowMs) {
      const instance = this.#starting.pop()!;
      this.#engines.loaded(instance, nowMs);
      this.#control.awake(instance);
    }
  }

  #rest(instance: string, { rest }: ResizeOptions, rests: boolean, nowMs: number): void {
    if (rest === 'release') this.#engines.release(instance, rests, nowMs);
    else this.#engines.park(instance, rests, nowMs);
  }

  #wake(instance: string, options: ResizeOptions, nowMs: number): boolean {
    this.#rest(instance, options, false, nowMs);
    if (options.rest === 'release') this.#starting.push(nowMs + options.tunables.coldStartMs, instance);
    else this.#control.awake(instance);
    return options.rest !== 'release';
  }

  #load(options: ResizeOptions, nowMs: number): void {
    const { coldStartMs, reloadMs } = options.tunables;
    const waiting: LoadOrder[] = [];
    for (const order of this.#loads) {
      const { instance, role } = order;
      if (!this.#engines.empty(instance)) {
        waiting.push(order);
        continue;
      }
      const startMs = this.#engines.isReleased(instance) ? coldStartMs : reloadMs;
      this.#rest(instance, options, false, nowMs);
      this.#engines.become(instance, role, nowMs);
      this.#starting.push(nowMs + startMs, instance);
    }
    this.#loads = waiting;
  }
}

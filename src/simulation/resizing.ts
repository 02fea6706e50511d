import type { FleetControl } from '../control/fleet-control.ts';
import { MinHeap } from '../emulation/min-heap.ts';
import type { Engines } from './engines.ts';

/** Carries out what control orders of instances that nobody needs, or somebody needs again. */
export class Resizing {
  readonly #control: FleetControl;
  readonly #engines: Engines;
  /** Instances that start, by the time at which they will serve. */
  readonly #starting = new MinHeap<string>();

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
    for (const { kind, instance } of this.#control.resize(nowMs)) {
      if (options.rest === 'release') this.#engines.release(instance, kind === 'rest', nowMs);
      if (kind === 'rest') continue;
      if (options.rest === 'release') this.#starting.push(nowMs + options.tunables.coldStartMs, instance);
      else this.#control.awake(instance);
      woken ||= options.rest === 'park';
    }
    return woken;
  }

  /** Instances that have started serve. */
  serve(nowMs: number): void {
    while (this.#starting.topKey <= nowMs) this.#control.awake(this.#starting.pop()!);
  }
}

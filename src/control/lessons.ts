import type { AdaptivePredictor } from '../prediction/adaptive/adaptive-predictor.ts';
import { DecodeState, type PrefillState } from '../telemetry/instance-state.ts';
import { PrefillWatch } from '../telemetry/prefill-watch.ts';
import type { ClockControl } from './clock-control.ts';
import { HandOver } from './hand-over.ts';
import { PowerWatch, type DomainReading } from './power-watch.ts';

/** After a driver's answer a clock still moves for some tens of milliseconds. */
export const SETTLE_MS = 150;

/** What the predictor of one instance is taught: iterations as the data path sees them, and power as its meter shows it. */
export class Lessons {
  readonly #learning: AdaptivePredictor;
  readonly #state: PrefillState | DecodeState;
  readonly #power: PowerWatch;
  readonly #handOver = new HandOver();

  constructor(learning: AdaptivePredictor, state: PrefillState | DecodeState) {
    this.#learning = learning;
    this.#state = state;
    this.#power = new PowerWatch(learning, state);
    if (!(state instanceof DecodeState)) state.watch = new PrefillWatch();
  }

  /** Hands the newest iterations to the predictor, those of a settled clock. @param alone no other phase runs on its GPUs */
  look(control: ClockControl, alone: boolean, nowMs: number): void {
    const steadyMhz = control.steadyMhz(nowMs, SETTLE_MS);
    this.#power.look(control.askedMhz, steadyMhz, nowMs);
    if (this.#state instanceof DecodeState) this.#decoded(this.#state, steadyMhz, nowMs);
    else if (this.#state.watch) this.#prefilled(this.#state.watch, steadyMhz, alone, nowMs);
  }

  metered(reading: DomainReading, control: ClockControl, nowMs: number): void {
    this.look(control, true, nowMs);
    this.#power.metered(reading, control.askedMhz, control.steadyMhz(nowMs, SETTLE_MS), nowMs);
  }

  /** A clock is on its way. */
  unsettled(nowMs: number): void {
    if (this.#state instanceof DecodeState) this.#power.forget();
    else this.#state.watch?.clock(null, nowMs);
  }

  /** Its GPUs do something else for a while. */
  unmetered(): void {
    this.#power.forget();
  }

  /** Why what its predictor says should not be believed; null where it may. */
  get doubt(): string | null {
    return this.#learning.doubt;
  }

  #decoded({ iterations }: DecodeState, steadyMhz: number | null, nowMs: number): void {
    iterations.clock(steadyMhz, nowMs);
    for (const { batch, kvTokens, clockMhz, latencyMs, atMs } of iterations.take())
      this.#learning.observe({ load: { batch, tokens: kvTokens }, clockMhz, latencyMs, atMs });
  }

  #prefilled(watch: PrefillWatch, steadyMhz: number | null, alone: boolean, nowMs: number): void {
    watch.clock(steadyMhz, nowMs);
    for (const iteration of watch.take()) {
      this.#power.prefilled(iteration);
      const { prompts, tokens, clockMhz, latencyMs, atMs } = iteration;
      // Between two of an engine that decodes as well, others ran.
      if (clockMhz === null || !alone) continue;
      const load = { batch: prompts, tokens };
      const heldMs = this.#handOver.heldMs(iteration, this.#learning.base.predict(load, clockMhz).latencyMs);
      this.#learning.observe({ load, clockMhz, latencyMs: latencyMs - heldMs, atMs });
    }
  }
}

import type { ClockDecision } from '../domain/clock.ts';
import type { Slo } from '../domain/slo.ts';
import type { PolicyTunables } from '../domain/tunables.ts';
import type { Predictor } from '../prediction/predictor.ts';
import type { Load } from '../telemetry/load.ts';

/** Everything that a governor may look at. It holds no output length of any running request. */
export interface GoverningQuestion {
  readonly nowMs: number;
  readonly load: Load;
  readonly slo: Slo;
  /** The clock asked for last. */
  readonly currentMhz: number;
  /** Clocks that it may choose, ascending, within the predictor's range and the operator's bounds. */
  readonly clocksMhz: readonly number[];
  readonly predictor: Predictor;
}

/** Chooses a clock for one clock domain. Pure: no state beyond its tunables, no time but the question's. */
export interface Governor {
  readonly id: string;
  /** Its decision for a clock domain never changes, whatever the load and the time: whoever has asked once may keep the answer. */
  readonly steady?: boolean;
  /**
   * An answer serves for so long (ms), unless the clock in force changes or news comes: a request that is sent there, or the end of a
   * prefill. What else a load shows drifts. Asked anew each time when left out.
   */
  readonly restMs?: number;
  decide(question: GoverningQuestion): ClockDecision;
  /** The same with other tunables, each null as it was made; left out where there is nothing to turn. @throws VoltanaError BAD_VALUE */
  retuned?(tunables: PolicyTunables): Governor;
}

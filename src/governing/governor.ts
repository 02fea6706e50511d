import type { ClockDecision } from '../domain/clock.ts';
import type { Slo } from '../domain/slo.ts';
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

/** How long an answer serves (ms). News is a request that is sent there, or the end of a prefill; what else a load shows drifts. */
export interface Rest {
  readonly quietMs: number;
  /** Of a decode instance after news: what was sent has to be prefilled before it is there. A prefill instance answers at once. */
  readonly decodeNewsMs: number;
}

/** Chooses a clock for one clock domain. Pure: no state beyond its tunables, no time but the question's. */
export interface Governor {
  readonly id: string;
  /** Its decision for a clock domain never changes, whatever the load and the time: whoever has asked once may keep the answer. */
  readonly steady?: boolean;
  /** How long an answer serves while the clock in force stays; asked anew each time when left out. */
  readonly rest?: Rest;
  decide(question: GoverningQuestion): ClockDecision;
}

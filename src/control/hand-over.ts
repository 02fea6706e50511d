import { initialState, learn, type FilterState } from '../prediction/adaptive/filter.ts';
import type { FilterModel } from '../prediction/adaptive/covariance.ts';
import { ADAPTIVE_TUNABLES, type AdaptiveTunables } from '../prediction/adaptive/tunables.ts';
import type { PrefillIteration } from '../telemetry/prefill-watch.ts';

/** Unknowns are of the size of a relative error: hand-overs are counted in so many ms, each, and for a thousand tokens. */
const UNIT_MS = 100;
const UNIT_TOKENS = 1000;
/** How far the predictor may be off, and what a hand-over is expected to take: 2 ms and 4 us a token, as from one server to the next. */
const ERROR_SD = 0.1;
const EACH = { mean: 0.02, sd: 0.03 } as const;
const PER_TOKENS = { mean: 0.04, sd: 0.04 } as const;

const SIZE = 3;
const JUMP = 4;

const PRIOR = Float64Array.from([ERROR_SD ** 2, 0, 0, 0, EACH.sd ** 2, 0, 0, 0, PER_TOKENS.sd ** 2]);
const MODEL: FilterModel = {
  prior: PRIOR,
  directions: SIZE,
  widen: (covariance) => covariance.forEach((value, i) => (covariance[i] = Math.min(value + PRIOR[i]!, JUMP * PRIOR[i]!))),
};
const TUNABLES: AdaptiveTunables = { ...ADAPTIVE_TUNABLES, limit: 1, slewAtOnce: 1, slewPerS: 1, memoryS: 3600 };

/**
 * What the hand-over of a prompt's KV adds to the time from which its prefill is told: computing grows with a slower clock and a hand-over
 * does not, and where one iteration follows another only the difference of two is seen.
 */
export class HandOver {
  readonly #state: FilterState = initialState(MODEL, TUNABLES);

  constructor() {
    this.#state.values.set([0, EACH.mean, PER_TOKENS.mean]);
  }

  /** Learns from an iteration and tells how much of its time is none of computing (ms). @param predictedMs of computing */
  heldMs({ latencyMs, followed, handedTokens, atMs }: PrefillIteration, predictedMs: number): number {
    const units = UNIT_MS / predictedMs;
    const each = followed ? 0 : units;
    const tokens = (units * handedTokens) / UNIT_TOKENS;
    const row = { shares: [1, each, tokens], bucket: -1 };
    learn(this.#state, MODEL, { row, deviation: latencyMs / predictedMs - 1, atMs }, TUNABLES);
    const [, eachUnits, tokenUnits] = this.#state.values;
    return predictedMs * (each * Math.max(0, eachUnits!) + tokens * Math.max(0, tokenUnits!));
  }

  /** What a hand-over takes, ms, and ms more for a thousand tokens. */
  get learnt(): { readonly eachMs: number; readonly perThousandMs: number } {
    return { eachMs: this.#state.values[1]! * UNIT_MS, perThousandMs: this.#state.values[2]! * UNIT_MS };
  }
}

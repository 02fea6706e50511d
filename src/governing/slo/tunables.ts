import type { GivenTunables } from '../../domain/tunables.ts';
import { CHUNK_TOKENS } from '../prompt-batches.ts';

/** What an operator may turn on the `slo` governor. Fractions unless the name says otherwise. */
export interface SloTunables {
  /** Plan a mean gap of this part of the ITL SLO: the rest is for what nobody foresaw, and for the first gap, which waits for a running iteration. */
  readonly itlTarget: number;
  /** How much of the ITL SLO the target moves up at most with what the running requests have earned: every single gap counts for somebody. */
  readonly mostSlack: number;
  /** And down with what they have lost, which is how a predictor that is wrong shows. */
  readonly mostDebt: number;
  /** Plan for this part of the TTFT SLO: the rest is for prompts longer than the ones seen. */
  readonly ttftTarget: number;
  /** Half width of a prediction's interval where its predictor knows none. */
  readonly unknownError: number;
  /** Never plan a prefill clock at which the instance would be busier than this: queues grow without bound towards 1. */
  readonly maxPrefillUtilisation: number;
  /** Squared coefficient of variation of prefill times, for the queue to be expected. */
  readonly prefillVariation: number;
  /** The wait of all but this part of the prompts to come must fit; the rest is seen in time, as it waits. */
  readonly lateShare: number;
  /** Tokens of one prefill iteration at most. */
  readonly chunkTokens: number;
  /** An instance without work for this long goes to its lowest clock. */
  readonly idleAfterMs: number;
  /** Power worth giving for gaps of nothing instead of the whole SLO: where energy hardly tells clocks apart, latency does. */
  readonly gapWorth: number;
  /** The same for the time to the first token: below the voltage's knee a prefill costs the same energy at any clock. */
  readonly ttftWorth: number;
  /** How much energy is worth against latency inside the promise: see `thriftyCost`. */
  readonly thrift: number;
  /** Another clock must save at least this part of the power above idle to be worth a transition. */
  readonly minSaving: number;
  /** A slower clock must keep the SLO with a batch larger by this, or the next request brings the faster clock back. */
  readonly slowDownMargin: number;
  /** Arrivals of so long are expected on top of the present batch: a decision, its rate limit and the settling of the clock. */
  readonly horizonMs: number;
  /** A stable state of a smaller batch must save this much to be worth a boost. */
  readonly escapeSaving: number;
  /** Every so many clocks of the table are tried first, then the ones around the best; 1 tries them all. */
  readonly stride: number;
  /** See `Governor.restMs`: far shorter than the horizon that an answer is for. 0 thinks anew each time. */
  readonly restMs: number;
}

export const SLO_TUNABLES: SloTunables = {
  itlTarget: 0.96,
  mostSlack: 0.02,
  mostDebt: 0.06,
  ttftTarget: 0.9,
  unknownError: 0.02,
  maxPrefillUtilisation: 0.85,
  prefillVariation: 1,
  lateShare: 0.1,
  chunkTokens: CHUNK_TOKENS,
  idleAfterMs: 1000,
  gapWorth: 0,
  ttftWorth: 0.05,
  thrift: 1,
  minSaving: 0.04,
  slowDownMargin: 0.05,
  horizonMs: 1000,
  escapeSaving: 0.05,
  stride: 16,
  restMs: 150,
};

/** The standing ones where nothing else was given. */
export const tunedSlo = (given: GivenTunables): SloTunables =>
  Object.keys(given).length === 0 ? SLO_TUNABLES : { ...SLO_TUNABLES, ...given };

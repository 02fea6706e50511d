/** What an operator may turn on the `slo` governor. Fractions unless the name says otherwise. */
export interface SloTunables {
  /** Plan for this part of the ITL SLO: the rest is for prediction error and for the first gap, which waits for a running iteration. */
  readonly itlTarget: number;
  /** Plan for this part of the TTFT SLO: the rest is for requests that arrive behind the ones seen. */
  readonly ttftTarget: number;
  /** Never plan a prefill clock at which the instance would be busier than this: queues grow without bound towards 1. */
  readonly maxPrefillUtilisation: number;
  /** An instance without work for this long goes to its lowest clock. */
  readonly idleAfterMs: number;
  /** Power worth giving for the fastest of nearly equal clocks. */
  readonly latencyWorth: number;
  /** The current clock stays while the best one is not faster than it by more than this. */
  readonly keepWithin: number;
  /** Another clock must save at least this part of the power to be worth a transition. */
  readonly minSaving: number;
  /** A slower clock must keep the SLO with a batch larger by this, or the next request brings the faster clock back. */
  readonly slowDownMargin: number;
  /** A batch this many times its stationary size is draining, not being refilled. */
  readonly drainingFactor: number;
}

export const SLO_TUNABLES: SloTunables = {
  itlTarget: 0.86,
  ttftTarget: 0.9,
  maxPrefillUtilisation: 0.9,
  idleAfterMs: 500,
  latencyWorth: 0.01,
  keepWithin: 0.15,
  minSaving: 0.03,
  slowDownMargin: 0.05,
  drainingFactor: 1,
};

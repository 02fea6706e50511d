import type { RequestOutcome } from '../domain/request.ts';
import type { RequestCounts, RunRecord } from '../domain/run-record.ts';
import type { Slo } from '../domain/slo.ts';
import { MS_PER_S } from '../domain/units.ts';
import { LatencySketch } from '../statistics/latency-sketch.ts';
import { e2eMsOf, meanGapMsOf, sloVerdict, tpotMsOf, ttftMsOf, type Answer } from './latency.ts';
import { FailureTally } from './failures.ts';
import { LatenessTally } from './lateness.ts';
import { durationOf, type Interval } from './meter-sample.ts';

/** The part of a RunRecord that follows from what the clients saw. */
export type OutcomeSummary = Pick<
  RunRecord,
  | 'requests'
  | 'ttftMs'
  | 'itlMs'
  | 'tpotMs'
  | 'e2eMs'
  | 'sloAttainment'
  | 'itlTokenAttainment'
  | 'goodputRps'
  | 'inputTokensPerS'
  | 'outputTokensPerS'
  | 'inputTokens'
  | 'outputTokens'
  | 'measuredS'
  | 'histograms'
  | 'lateness'
  | 'failures'
>;

/** What a tally needs to know of one request. */
export type Ended = Answer & Pick<RequestOutcome, 'sentMs' | 'promptTokens' | 'outputTokens' | 'error'>;

type Latencies<T> = Readonly<Record<'ttftMs' | 'itlMs' | 'tpotMs' | 'e2eMs', T>>;
const mapLatencies = <T, U>(latencies: Latencies<T>, map: (latency: T) => U): Latencies<U> => ({
  ttftMs: map(latencies.ttftMs),
  itlMs: map(latencies.itlMs),
  tpotMs: map(latencies.tpotMs),
  e2eMs: map(latencies.e2eMs),
});

function addIfAny(sketch: LatencySketch, valueMs: number | null): void {
  if (valueMs !== null) sketch.add(valueMs);
}

const fraction = (part: number, whole: number): number | null => (whole === 0 ? null : part / whole);

/**
 * Counts, latencies and SLO attainment of one run, request by request. TTFT and gaps of every request that had them; TPOT
 * and E2E of completed ones. Tokens are those of completed requests: half an answer is not delivered work.
 */
export class OutcomeTally {
  readonly #slo: Slo;
  readonly #counts: { -readonly [Key in keyof RequestCounts]: number } = {
    offered: 0,
    completed: 0,
    failed: 0,
    rejected: 0,
    cancelled: 0,
    unfinished: 0,
  };
  readonly #latencies: Latencies<LatencySketch>;
  readonly #lateness: LatenessTally;
  readonly #failures = new FailureTally();
  readonly #met = { ttft: 0, itl: 0, joint: 0 };
  #gapsMet = 0;
  #inputTokens = 0;
  #outputTokens = 0;

  /** @param keeping `coarse` answers at once however much came, and is off by half a percent; exact up to many values otherwise */
  constructor(slo: Slo, keeping: 'exact' | 'coarse' = 'exact') {
    this.#slo = slo;
    const sketch = (): LatencySketch => new LatencySketch(keeping === 'coarse' ? 0 : undefined);
    this.#latencies = { ttftMs: sketch(), itlMs: sketch(), tpotMs: sketch(), e2eMs: sketch() };
    this.#lateness = new LatenessTally(sketch());
  }

  gaps(gapMs: number, count: number): void {
    this.#latencies.itlMs.add(gapMs, count);
    if (gapMs <= this.#slo.itlMs) this.#gapsMet += count;
  }

  ended(request: Ended): void {
    this.#counts.offered++;
    this.#counts[request.status]++;
    this.#lateness.add(request);
    if (request.error !== null) this.#failures.add(request.error);
    const { ttftMs, tpotMs, e2eMs } = this.#latencies;
    addIfAny(ttftMs, ttftMsOf(request));
    addIfAny(tpotMs, tpotMsOf(request));
    addIfAny(e2eMs, e2eMsOf(request));
    const { ttft, itl, joint } = sloVerdict(request, this.#slo);
    if (ttft) this.#met.ttft++;
    if (itl) this.#met.itl++;
    if (joint) this.#met.joint++;
    if (request.status !== 'completed') return;
    this.#inputTokens += request.promptTokens;
    this.#outputTokens += request.outputTokens;
  }

  /** Rates are over the whole span, 0 when it is empty. @param span see `SpanTally.span` */
  summary(span: Interval): OutcomeSummary {
    const measuredS = durationOf(span) / MS_PER_S;
    const perS = (count: number): number => (measuredS > 0 ? count / measuredS : 0);
    const counted = this.#counts.offered - this.#counts.cancelled;
    const { ttft, itl, joint } = this.#met;
    return {
      requests: { ...this.#counts },
      ...mapLatencies(this.#latencies, (latency) => latency.summary()),
      sloAttainment: { ttft: fraction(ttft, counted), itl: fraction(itl, counted), joint: fraction(joint, counted) },
      itlTokenAttainment: fraction(this.#gapsMet, this.#latencies.itlMs.n),
      goodputRps: perS(joint),
      inputTokensPerS: perS(this.#inputTokens),
      outputTokensPerS: perS(this.#outputTokens),
      inputTokens: this.#inputTokens,
      outputTokens: this.#outputTokens,
      measuredS,
      histograms: mapLatencies(this.#latencies, (latency) => latency.histogram()),
      lateness: this.#lateness.lateness(),
      ...this.#failures.failures(),
    };
  }
}

/** Of outcomes that are all at hand. */
export const summariseOutcomes = (outcomes: readonly RequestOutcome[], slo: Slo, span: Interval): OutcomeSummary => {
  const tally = new OutcomeTally(slo);
  for (const outcome of outcomes) {
    for (const gapMs of outcome.gapsMs) tally.gaps(gapMs, 1);
    tally.ended({ ...outcome, meanGapMs: meanGapMsOf(outcome) });
  }
  return tally.summary(span);
};

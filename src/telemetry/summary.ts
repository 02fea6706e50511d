import type { RequestOutcome } from '../domain/request.ts';
import type { RequestCounts, RunRecord, SloAttainment } from '../domain/run-record.ts';
import type { Slo } from '../domain/slo.ts';
import { MS_PER_S } from '../domain/units.ts';
import { histogramOf } from '../statistics/histogram.ts';
import { summarise } from '../statistics/summary.ts';
import { e2eMsOf, sloVerdict, tpotMsOf, ttftMsOf, type SloVerdict } from './latency.ts';
import { latenessOf } from './lateness.ts';
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
>;

const countRequests = (outcomes: readonly RequestOutcome[]): RequestCounts => {
  const of = (status: RequestOutcome['status']): number => outcomes.filter((outcome) => outcome.status === status).length;
  return {
    offered: outcomes.length,
    completed: of('completed'),
    failed: of('failed'),
    rejected: of('rejected'),
    cancelled: of('cancelled'),
    unfinished: of('unfinished'),
  };
};

const fraction = (part: number, whole: number): number | null => (whole === 0 ? null : part / whole);
const known = (values: readonly (number | null)[]): number[] => values.filter((value) => value !== null);
const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);

const attainment = (verdicts: readonly SloVerdict[], counted: number): SloAttainment => {
  const met = (which: keyof SloVerdict): number | null => fraction(verdicts.filter((verdict) => verdict[which]).length, counted);
  return { ttft: met('ttft'), itl: met('itl'), joint: met('joint') };
};

/** Latencies in ms. TTFT and gaps of every request that had them; TPOT and E2E of completed requests. */
const latenciesOf = (outcomes: readonly RequestOutcome[]) => ({
  ttftMs: known(outcomes.map(ttftMsOf)),
  itlMs: outcomes.flatMap((outcome) => outcome.gapsMs),
  tpotMs: known(outcomes.map(tpotMsOf)),
  e2eMs: known(outcomes.map(e2eMsOf)),
});

const mapLatencies = <T>(latencies: ReturnType<typeof latenciesOf>, map: (valuesMs: readonly number[]) => T) => ({
  ttftMs: map(latencies.ttftMs),
  itlMs: map(latencies.itlMs),
  tpotMs: map(latencies.tpotMs),
  e2eMs: map(latencies.e2eMs),
});

/**
 * Counts, latencies, SLO attainment and rates of one run. Tokens are those of completed requests: half an answer is
 * not delivered work. Rates are over the whole span, 0 when it is empty.
 * @param span see `measuredSpan`
 */
export const summariseOutcomes = (outcomes: readonly RequestOutcome[], slo: Slo, span: Interval): OutcomeSummary => {
  const requests = countRequests(outcomes);
  const completed = outcomes.filter((outcome) => outcome.status === 'completed');
  const verdicts = outcomes.map((outcome) => sloVerdict(outcome, slo));
  const latencies = latenciesOf(outcomes);
  const measuredS = durationOf(span) / MS_PER_S;
  const perS = (count: number): number => (measuredS > 0 ? count / measuredS : 0);
  const inputTokens = total(completed.map((outcome) => outcome.promptTokens));
  const outputTokens = total(completed.map((outcome) => outcome.outputTokens));
  return {
    requests,
    ...mapLatencies(latencies, summarise),
    sloAttainment: attainment(verdicts, requests.offered - requests.cancelled),
    itlTokenAttainment: fraction(latencies.itlMs.filter((gapMs) => gapMs <= slo.itlMs).length, latencies.itlMs.length),
    goodputRps: perS(verdicts.filter((verdict) => verdict.joint).length),
    inputTokensPerS: perS(inputTokens),
    outputTokensPerS: perS(outputTokens),
    inputTokens,
    outputTokens,
    measuredS,
    histograms: mapLatencies(latencies, histogramOf),
    lateness: latenessOf(outcomes),
  };
};

import type { ClientComparison, ClientSide } from '../../domain/client-comparison.ts';
import type { MetricChange, RunRecord } from '../../domain/run-record.ts';
import { documentHeader, type HeaderFields } from '../document-header.ts';
import { WORK_TOLERANCE } from '../fairness.ts';
import { runMetrics, type Metrics } from '../metrics.ts';
import { verdictWithoutEnergy } from '../verdict.ts';
import { changeOf, correctAll, type Tested } from '../change.ts';
import { latencySpread, requestsTogether } from './latency-spread.ts';
import { scaled, scaledPct, type Shift } from './shift.ts';
import { yardstickOf } from './yardstick.ts';

/** What both sides know, by the names of thresholds. */
export interface ClientResult extends ClientSide {
  readonly rate: number | null;
  readonly concurrency: number | null;
  readonly metrics: Metrics;
  /** Standard error of a metric's logarithm from its own run; null where only the figure itself is known. */
  readonly spread: (name: string) => number | null;
}

const FAMILIES = { ttft: 'ttft', itl: 'itl', tpot: 'tpot', e2e: 'e2el' } as const;
const STATISTICS = { mean: 'mean', p50: 'median', p90: 'p90', p95: 'p95', p99: 'p99' } as const;
const THROUGHPUT = { 'throughput.requests': 'request_throughput', 'throughput.output_tokens': 'output_throughput' } as const;

/** Metric names to the keys of `vllm bench serve`. */
const KEYS: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    Object.entries(FAMILIES).flatMap(([family, theirs]) =>
      Object.entries(STATISTICS).map(([statistic, prefix]) => [`${family}.${statistic}`, `${prefix}_${theirs}_ms`]),
    ),
  ),
  ...THROUGHPUT,
};

/** vLLM writes 0 for what it never observed; no latency and no rate of a run that answered is 0. */
const knownFigure = (value: number | undefined): number | null => (value === undefined || value === 0 ? null : value);

export const metricsOfVllm = (figures: Readonly<Record<string, number>>): Metrics =>
  Object.fromEntries(Object.entries(KEYS).map(([name, key]) => [name, knownFigure(figures[key])]));

/** Only means come with their standard deviation. */
export const spreadOfVllm =
  (figures: Readonly<Record<string, number>>, completed: number) =>
  (name: string): number | null => {
    const [family = '', statistic] = name.split('.');
    const theirs = FAMILIES[family as keyof typeof FAMILIES] as string | undefined;
    const [mean, deviation] = [figures[`mean_${theirs}_ms`], figures[`std_${theirs}_ms`]];
    if (statistic !== 'mean' || mean === undefined || deviation === undefined || mean === 0) return null;
    const n = requestsTogether(completed);
    return n === null ? null : deviation / mean / Math.sqrt(n);
  };

/** The same figures of a run of ours. */
export const clientResultOf = (source: string, run: RunRecord): ClientResult => {
  const all: Metrics = {
    ...runMetrics(run),
    'throughput.requests': run.measuredS === 0 ? null : run.requests.completed / run.measuredS,
    'throughput.output_tokens': run.outputTokensPerS,
  };
  return {
    source,
    client: 'voltana',
    model: run.config.model,
    requests: run.requests.offered,
    completed: run.requests.completed,
    inputTokens: run.inputTokens,
    outputTokens: run.outputTokens,
    rate: run.config.rate,
    concurrency: run.bench?.load.concurrency ?? null,
    metrics: Object.fromEntries(Object.keys(KEYS).map((name) => [name, all[name] ?? null])),
    spread: (name) => latencySpread(run, name),
  };
};

const shiftOf = (name: string, baseline: ClientResult, candidate: ClientResult): Shift | null => {
  const { scale, runSpreadPct } = yardstickOf(name);
  const [a, b] = [scaled(baseline.metrics[name], scale), scaled(candidate.metrics[name], scale)];
  if (a === null || b === null) return null;
  const [within, allowance] = [[baseline, candidate].map(({ spread }) => spread(name)), 2 * scaledPct(runSpreadPct) ** 2];
  const known = within.every((spread) => spread !== null);
  // A throughput comes without any spread; a quantile without one is a guess.
  if (!known && !name.startsWith('throughput.')) return null;
  const own = known ? within.reduce<number>((sum, spread) => sum + spread ** 2, 0) : 0;
  const method = `${known ? "each result's own spread" : 'nothing but the figure'}, widened by ${runSpreadPct} % of spread between runs; the effect is in standard errors`;
  return { amount: b - a, standardError: Math.sqrt(own + allowance), df: Infinity, method };
};

const SAME: readonly (readonly [name: string, of: (side: ClientResult) => string | number | null])[] = [
  ['model', ({ model }) => model],
  ['requests', ({ requests }) => requests],
  ['rate', ({ rate }) => rate],
  ['concurrency', ({ concurrency }) => concurrency],
];
const WORK = { 'prompt tokens': 'inputTokens', 'output tokens': 'outputTokens' } as const;

/** Each client has its own names for models; it is told them, and here they are printed. */
const unlike = (a: ClientResult, b: ClientResult): typeof SAME =>
  SAME.filter(([name, of]) => of(a) !== of(b) && !(name === 'model' && a.client !== b.client));

const unfairBecause = (a: ClientResult, b: ClientResult): string[] => [
  ...unlike(a, b).map(([name, of]) => `The results differ in ${name}: ${of(a) ?? 'none'} and ${of(b) ?? 'none'}`),
  ...Object.entries(WORK)
    .filter(([, key]) => Math.abs(a[key] - b[key]) > WORK_TOLERANCE * Math.max(a[key], b[key]))
    .map(([name, key]) => `The completed ${name} differ by more than 0.5 %: ${a[key]} and ${b[key]}`),
  ...[a, b].filter(({ completed }) => completed === 0).map(({ source }) => `${source} completed no request`),
];

const sideOf = ({ source, client, model, requests, completed, inputTokens, outputTokens }: ClientResult): ClientSide => ({
  source,
  client,
  model,
  requests,
  completed,
  inputTokens,
  outputTokens,
});

const metricChanges = (a: ClientResult, b: ClientResult, practicalPct?: number): MetricChange[] => {
  const tested = Object.keys(KEYS).map((name): Tested => ({
    name,
    baseline: a.metrics[name] ?? null,
    candidate: b.metrics[name] ?? null,
    shift: shiftOf(name, a, b),
  }));
  const pValues = correctAll(tested);
  return tested.map((one, i) => changeOf(one, pValues[i]!, practicalPct));
};

/**
 * Two results as far as the keys of `vllm bench serve` go.
 * @param header of the document; nobody knows what served another client, so the figures count as the weakest evidence
 */
export const compareClientResults = (
  baseline: ClientResult,
  candidate: ClientResult,
  header: Omit<HeaderFields, 'evidence'>,
  practicalPct?: number,
): ClientComparison => {
  const metrics = metricChanges(baseline, candidate, practicalPct);
  const unfair = unfairBecause(baseline, candidate);
  const outcome = unfair.length > 0 ? { verdict: 'invalid' as const, reasons: unfair } : verdictWithoutEnergy(metrics);
  return {
    ...documentHeader('client-comparison', { ...header, evidence: 'extrapolated' }),
    baseline: sideOf(baseline),
    candidate: sideOf(candidate),
    ...outcome,
    metrics,
  };
};

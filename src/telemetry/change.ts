import type { Comparison, MetricChange, RunRecord } from '../domain/run-record.ts';
import { holm } from '../statistics/holm.ts';
import type { SeededRandom } from '../statistics/random.ts';
import { idleExtensionJ, spanMetrics } from './common-span.ts';
import { allowanceOf } from './judging/allowance.ts';
import { metricVerdict } from './judging/metric-verdict.ts';
import { repeatValues, shiftOfRepeats } from './judging/repeats.ts';
import { ci95Of, effectOf, pValueOf, scaled, type Shift } from './judging/shift.ts';
import { shiftOfSingles } from './judging/single-runs.ts';
import { yardstickOf } from './judging/yardstick.ts';
import { runMetrics, type Metrics } from './metrics.ts';

/** The one that a comparison is about. It alone is tested at the full level: all others share one. */
export const PRIMARY = 'energy.per_output_token';

/** Significant is what chance alone does in fewer than one of twenty comparisons, either way together. */
const LEVEL = 0.05;

/** Change from the baseline in percent; null where either is unknown or the baseline is 0 and the candidate is not. */
const changePct = (baseline: number | null, candidate: number | null): number | null => {
  if (baseline === null || candidate === null) return null;
  if (baseline === 0) return candidate === 0 ? 0 : null;
  return ((candidate - baseline) / baseline) * 100;
};

/** Both runs, their metrics over their own spans and over the common one. */
interface Pair {
  readonly runs: readonly [RunRecord, RunRecord];
  readonly own: readonly [Metrics, Metrics];
  readonly full: readonly [Metrics, Metrics];
  readonly extensionsJ: readonly [number, number] | null;
}

const pairOf = (baseline: RunRecord, candidate: RunRecord, span: Comparison['commonSpan']): Pair => {
  const [extensionA, extensionB] = [idleExtensionJ(baseline, span.spanS), idleExtensionJ(candidate, span.spanS)];
  const own = [runMetrics(baseline), runMetrics(candidate)] as const;
  return {
    runs: [baseline, candidate],
    own,
    full: [
      { ...own[0], ...spanMetrics(baseline, span.baselineEnergyJ, span.spanS) },
      { ...own[1], ...spanMetrics(candidate, span.candidateEnergyJ, span.spanS) },
    ],
    extensionsJ: extensionA === null || extensionB === null ? null : [extensionA, extensionB],
  };
};

const shiftOf = (name: string, { runs, own, full, extensionsJ }: Pair, random: SeededRandom): Shift | null => {
  const { scale } = yardstickOf(name);
  const values = full.map((metrics) => metrics[name] ?? null) as [number | null, number | null];
  const [a, b] = values.map((value) => scaled(value, scale));
  if (a === null || a === undefined || b === null || b === undefined) return null;
  const [repeatsA, repeatsB] = runs.map((run, i) => repeatValues(run, name, [a, b][i]! - (scaled(own[i]![name], scale) ?? NaN)));
  return (
    shiftOfRepeats({ repeats: repeatsA!, value: a }, { repeats: repeatsB!, value: b }, allowanceOf(runs, name)) ??
    shiftOfSingles(name, { runs, values: values as [number, number], amount: b - a, extensionsJ }, random)
  );
};

/** A metric of both sides, and what a test has to go by. */
export interface Tested {
  readonly name: string;
  readonly baseline: number | null;
  readonly candidate: number | null;
  readonly shift: Shift | null;
}

/** Each p value within its family: the primary one alone, where it was tested, all others together. */
export const correctAll = (tested: readonly Tested[]): (number | null)[] => {
  const pValues = tested.map(({ shift }) => shift && pValueOf(shift));
  const others = holm(pValues.map((p, i) => (tested[i]!.name === PRIMARY ? null : p)));
  return others.map((p, i) => (tested[i]!.name === PRIMARY ? pValues[i]! : p));
};

/**
 * What became of a metric.
 * @param pValue corrected for all metrics
 * @param practicalPct replaces the metric's own threshold of what matters
 */
export const changeOf = ({ name, baseline, candidate, shift }: Tested, pValue: number | null, practicalPct?: number): MetricChange => {
  const yardstick = yardstickOf(name);
  const practical = practicalPct ?? yardstick.practicalPct;
  const significant = pValue === null ? null : pValue < LEVEL;
  return {
    name,
    baseline,
    candidate,
    changePct: changePct(baseline, candidate),
    ci95: shift && ci95Of(shift, yardstick.scale, baseline!),
    significant,
    verdict: metricVerdict(yardstick, practical, { baseline, candidate, shift, significant }),
    pValue,
    effect: shift && effectOf(shift),
    practicalPct: practical,
    ...(shift ? { method: shift.method } : {}),
  };
};

/**
 * Every metric of both runs, energy over their common span; `ci95` is of `changePct`, for each metric on its own.
 * @param practicalPct see `changeOf`
 */
export const metricChanges = (
  baseline: RunRecord,
  candidate: RunRecord,
  span: Comparison['commonSpan'],
  random: SeededRandom,
  practicalPct?: number,
): MetricChange[] => {
  const pair = pairOf(baseline, candidate, span);
  const tested = Object.keys(pair.own[0]).map((name): Tested => {
    const [a, b] = pair.full.map((metrics) => metrics[name] ?? null) as [number | null, number | null];
    return { name, baseline: a, candidate: b, shift: shiftOf(name, pair, random.fork(name)) };
  });
  const pValues = correctAll(tested);
  return tested.map((one, i) => changeOf(one, pValues[i]!, practicalPct));
};

import type { Comparison, MetricChange, RunBlock, RunRecord } from '../domain/run-record.ts';
import { bootstrapInterval } from '../statistics/bootstrap.ts';
import type { SeededRandom } from '../statistics/random.ts';
import { idleExtensionJ, spanMetrics } from './common-span.ts';
import { runMetrics, type Metrics } from './metrics.ts';

/** Change from the baseline in percent; null where either is unknown or the baseline is 0 and the candidate is not. */
const changePct = (baseline: number | null, candidate: number | null): number | null => {
  if (baseline === null || candidate === null) return null;
  if (baseline === 0) return candidate === 0 ? 0 : null;
  return ((candidate - baseline) / baseline) * 100;
};

type Count = 'outputTokens' | 'completed';
/** Energy metrics that are ratios over blocks, and so have an interval. */
const RATIOS: Readonly<Record<string, Count>> = { 'energy.per_output_token': 'outputTokens', 'energy.per_request': 'completed' };

const joulesPer = (blocks: readonly RunBlock[], count: Count, extensionJ: number): number | null => {
  const energyJ = blocks.reduce((sum, block) => sum + (block.energyJ ?? NaN), extensionJ);
  const counted = blocks.reduce((sum, block) => sum + block[count], 0);
  return counted === 0 ? null : energyJ / counted;
};

/** 95 % interval of a ratio's change in percent, the idle extension included; null where the blocks do not allow one. */
const intervalOf = (name: string, baseline: RunRecord, candidate: RunRecord, random: SeededRandom): [number, number] | null => {
  const count = RATIOS[name];
  const spanS = Math.max(baseline.measuredS, candidate.measuredS);
  const [extensionA, extensionB] = [idleExtensionJ(baseline, spanS), idleExtensionJ(candidate, spanS)];
  if (count === undefined || extensionA === null || extensionB === null) return null;
  return bootstrapInterval<RunBlock>(random.fork(name), baseline.blocks, candidate.blocks, (a, b) =>
    changePct(joulesPer(a, count, extensionA), joulesPer(b, count, extensionB)),
  );
};

const fullMetrics = (run: RunRecord, energyJ: number | null, spanS: number): Metrics => ({
  ...runMetrics(run),
  ...spanMetrics(run, energyJ, spanS),
});

/** Every metric of both runs, energy over their common span; `ci95` is of `changePct`. */
export const metricChanges = (
  baseline: RunRecord,
  candidate: RunRecord,
  span: Comparison['commonSpan'],
  random: SeededRandom,
): MetricChange[] => {
  const before = fullMetrics(baseline, span.baselineEnergyJ, span.spanS);
  const after = fullMetrics(candidate, span.candidateEnergyJ, span.spanS);
  return Object.keys(before).map((name) => {
    const [a, b] = [before[name] ?? null, after[name] ?? null];
    const change = changePct(a, b);
    const ci95 = change === null ? null : intervalOf(name, baseline, candidate, random);
    return { name, baseline: a, candidate: b, changePct: change, ci95, significant: ci95 && (ci95[0] > 0 || ci95[1] < 0) };
  });
};

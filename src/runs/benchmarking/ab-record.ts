import type { AbResult, ArmName } from '../../domain/ab.ts';
import type { Comparison, MetricChange, RunRecord } from '../../domain/run-record.ts';
import { abVerdict } from '../../telemetry/ab/verdict.ts';
import { compareRuns } from '../../telemetry/compare.ts';
import type { HeaderFields } from '../../telemetry/document-header.ts';
import { runRecord, type RunFacts } from '../../telemetry/run-record.ts';
import type { BenchPool } from './pool.ts';

export interface ArmFacts extends Pick<RunFacts, 'header' | 'mode' | 'config' | 'wallS'> {
  readonly warnings: readonly string[];
}

/** All periods of one arm as one run; the test itself is judged by its periods, not by this. */
export const armRecord = (pool: BenchPool, { warnings, ...facts }: ArmFacts): RunRecord =>
  runRecord(
    {
      ...facts,
      ...(pool.endMs === null ? {} : { abandonedAtMs: pool.endMs }),
      meter: pool.meter,
      idlePowerW: pool.idlePowerW,
      transitions: 0,
      invalidReasons: warnings,
    },
    pool.tally,
  );

/** Of the periods of one arm; null where one of them does not know. */
const meanOf = ({ periods }: AbResult, arm: ArmName, metric: string): number | null => {
  const values = periods.filter((period) => period.arm === arm).map(({ metrics }) => metrics[metric] ?? null);
  return values.length === 0 || values.includes(null) ? null : (values as number[]).reduce((sum, value) => sum + value, 0) / values.length;
};

const METHOD = 'A/B test: regression on blocks, time and tokens; randomisation of the order';

/** Means of the periods, and what the test found; what two sums of periods seem to differ by, untested, is nothing. */
const tested = ({ name, practicalPct }: MetricChange, result: AbResult): MetricChange => {
  const effect = result.effects.find(({ metric }) => metric === name);
  const [baseline, candidate] = [meanOf(result, 'A', name), meanOf(result, 'B', name)];
  const common = { name, baseline, candidate, ...(practicalPct === undefined ? {} : { practicalPct }) };
  if (effect === undefined) return { ...common, changePct: null, ci95: null, significant: null, pValue: null, effect: null };
  const { changePct, ci95, significant, pValue } = effect;
  return { ...common, changePct, ci95, significant, pValue, effect: null, method: METHOD };
};

const invalidReasons = (records: Readonly<Record<ArmName, RunRecord>>): string[] =>
  (['A', 'B'] as const).flatMap((arm) =>
    records[arm].validity.verdict === 'invalid' ? records[arm].validity.reasons.map((reason) => `${arm} is not valid: ${reason}`) : [],
  );

/** Both arms, with the test's own verdict. */
export function abComparison(
  result: AbResult,
  records: Readonly<Record<ArmName, RunRecord>>,
  header: Omit<HeaderFields, 'evidence'>,
): Comparison {
  const compared = compareRuns(records.A, records.B, header);
  const invalid = invalidReasons(records);
  const { verdict, reasons } = invalid.length > 0 ? { verdict: 'invalid' as const, reasons: invalid } : abVerdict(result);
  const metrics = compared.metrics.map((change) => tested(change, result));
  const energy = result.effects.find(({ metric }) => metric === 'energy.per_output_token');
  return {
    ...compared,
    energySavedPct: energy?.changePct == null ? null : 0 - energy.changePct,
    verdict,
    reasons,
    metrics,
    ab: result,
  };
}

import type { AbEffect, AbPeriod, AbResult, ArmName } from '../../domain/ab.ts';
import type { Comparison } from '../../domain/run-record.ts';

/** A smaller change of the primary metric is no change for anybody. */
const PRACTICAL_PCT = 1;
/** As fair as a comparison of two runs: more difference in delivered work, and joules per token do not compare. */
const WORK_TOLERANCE = 0.005;
const ATTAINMENT_TOLERANCE = 0.01;

type Outcome = Pick<Comparison, 'verdict' | 'reasons'>;

const meanOf = (periods: readonly AbPeriod[], arm: ArmName, of: (period: AbPeriod) => number | null): number | null => {
  const values = periods.filter((period) => period.arm === arm).map(of);
  if (values.length === 0 || values.includes(null)) return null;
  return (values as number[]).reduce((sum, value) => sum + value, 0) / values.length;
};

const unequal = (periods: readonly AbPeriod[], name: string, of: (period: AbPeriod) => number): string[] => {
  const [a, b] = [meanOf(periods, 'A', of) ?? 0, meanOf(periods, 'B', of) ?? 0];
  if (Math.abs(a - b) <= WORK_TOLERANCE * Math.max(a, b)) return [];
  return [`The completed ${name} differ by more than 0.5 %: ${a.toFixed(1)} in a period of A and ${b.toFixed(1)} in one of B`];
};

const unfair = (periods: readonly AbPeriod[]): string[] => [
  ...unequal(periods, 'prompt tokens', (period) => (period.answered ?? period).inputTokens),
  ...unequal(periods, 'output tokens', (period) => (period.answered ?? period).outputTokens),
];

const attainment = ({ metrics }: AbPeriod): number | null => metrics['slo.joint'] ?? null;
const attainmentWorse = (periods: readonly AbPeriod[]): boolean => {
  const [a, b] = [meanOf(periods, 'A', attainment), meanOf(periods, 'B', attainment)];
  return a !== null && b !== null && a - b > ATTAINMENT_TOLERANCE;
};

const inconclusive = (reason: string): Outcome => ({ verdict: 'inconclusive', reasons: [reason] });

const ofPrimary = ({ metric, changePct, ci95, significant }: AbEffect): Outcome => {
  if (changePct === null || ci95 === null) return inconclusive(`Too few whole blocks, or no value of ${metric} in one of them`);
  const within = ci95[0] >= -PRACTICAL_PCT && ci95[1] <= PRACTICAL_PCT;
  if (within || (significant && Math.abs(changePct) <= PRACTICAL_PCT)) return { verdict: 'same', reasons: [] };
  if (significant === null) return inconclusive('Too few blocks were measured for any change to be told from chance');
  if (!significant) return inconclusive(`The change of ${metric} may be chance: its 95 % interval reaches from ${range(ci95)} %`);
  return { verdict: changePct < 0 ? 'improved' : 'regressed', reasons: [] };
};

const range = ([low, high]: readonly [number, number]): string => `${low.toFixed(1)} to ${high.toFixed(1)}`;

/** The verdict on B: by the primary metric where the rig passed its A/A test, the work was equal, and promises were kept as well as by A. */
export function abVerdict({ aa, periods, effects }: Pick<AbResult, 'aa' | 'periods' | 'effects'>): Outcome {
  if (aa && !aa.passed) return { verdict: 'invalid', reasons: [`A against itself did not pass on this rig: ${aaReason(aa.effect)}`] };
  const reasons = unfair(periods);
  if (reasons.length > 0) return { verdict: 'invalid', reasons };
  if (attainmentWorse(periods)) return { verdict: 'regressed', reasons: ['The joint SLO attainment is worse by more than 1 point'] };
  const [primary] = effects;
  return primary ? ofPrimary(primary) : inconclusive('No period was measured');
}

const aaReason = ({ metric, changePct, ci95 }: AbEffect): string =>
  changePct === null || ci95 === null
    ? `it was not measured to its end`
    : `${metric} seems to differ by ${changePct.toFixed(1)} % (95 % interval ${range(ci95)} %)`;

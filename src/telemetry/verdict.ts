import type { Comparison, MetricChange, RunRecord } from '../domain/run-record.ts';
import { attainmentWorse } from '../statistics/attainment.ts';

/** Fewer requests than this are an anecdote, whatever their joules say. */
const FEWEST_REQUESTS = 20;

type Outcome = Pick<Comparison, 'verdict' | 'reasons'>;

const inconclusive = (...reasons: string[]): Outcome => ({ verdict: 'inconclusive', reasons });

/** `ttft.p99 by 12.3 %`; a fraction that began at 0 has no percent. */
const told = ({ name, changePct }: MetricChange): string => (changePct === null ? name : `${name} by ${Math.abs(changePct).toFixed(1)} %`);

const listOf = (metrics: readonly MetricChange[], verdict: MetricChange['verdict']): readonly MetricChange[] =>
  metrics.filter((metric) => metric.verdict === verdict);

/** More names than this nobody reads in a sentence. */
const MOST_NAMED = 4;

const sentence = (how: string, metrics: readonly MetricChange[]): string[] => {
  if (metrics.length === 0) return [];
  const more = metrics.length - MOST_NAMED;
  return [`${how}: ${metrics.slice(0, MOST_NAMED).map(told).join(', ')}${more > 0 ? ` and ${more} more` : ''}`];
};

/** What latency, SLO and throughput say where energy says nothing, or the same. */
const ofTheOthers = (metrics: readonly MetricChange[], otherwise: Outcome): Outcome => {
  const [worse, better] = [listOf(metrics, 'regressed'), listOf(metrics, 'improved')];
  if (worse.length > 0) return { verdict: 'regressed', reasons: [...sentence('Worse', worse), ...sentence('Better', better)] };
  return better.length > 0 ? { verdict: 'improved', reasons: sentence('Better', better) } : otherwise;
};

/** Tails and fractions of a short run never show that they are the same; its means and medians can. */
const CORE = /^(ttft|itl|tpot|e2e)\.(mean|p50)$|^throughput\./;

/** The verdict of latency, SLO and throughput alone. What could not be tested is no sameness. */
export const verdictWithoutEnergy = (metrics: readonly MetricChange[]): Outcome => {
  const known = metrics.filter(({ name, pValue }) => CORE.test(name) && pValue !== null && pValue !== undefined);
  const same = known.length > 0 && known.every(({ verdict }) => verdict === 'same');
  const otherwise = 'No metric changed beyond chance, but too little was seen to call latency and throughput the same';
  return ofTheOthers(metrics, same ? { verdict: 'same', reasons: [] } : inconclusive(otherwise));
};

const NO_METER = 'Neither run has a meter: the verdict is of latency, SLO and throughput alone';

const withoutMeter = (metrics: readonly MetricChange[]): Outcome => {
  const { verdict, reasons } = verdictWithoutEnergy(metrics);
  return { verdict, reasons: [...reasons, NO_METER] };
};

const ofEnergy = (energy: MetricChange, metrics: readonly MetricChange[]): Outcome => {
  const { changePct, significant, verdict = 'inconclusive', practicalPct = 0 } = energy;
  if (changePct === null) return inconclusive('Energy over the common span is unknown: a meter or an idle power is missing');
  const others = metrics.filter(({ name }) => !name.startsWith('energy.') && !name.startsWith('power.'));
  if (verdict === 'same') return ofTheOthers(others, { verdict: 'same', reasons: [] });
  if (verdict !== 'inconclusive') return { verdict, reasons: [] };
  const worse = sentence('Meanwhile these got worse', listOf(others, 'regressed'));
  // Both must agree, the size of a change and its significance; a run of a few seconds has too few blocks for the second.
  if (significant === null) return inconclusive('The runs are too short to tell a change in energy per output token from chance', ...worse);
  if (Math.abs(changePct) <= practicalPct)
    return inconclusive('Energy per output token varies too much within the runs to call it the same', ...worse);
  return inconclusive('The change in energy per output token is within what its own ups and downs explain', ...worse);
};

/** One run of the same requests is judged by its counts; where repeats were tested, they know better. */
const attainmentLost = (baseline: RunRecord, candidate: RunRecord, metrics: readonly MetricChange[]): boolean => {
  const joint = metrics.find(({ name }) => name === 'slo.joint');
  if (joint?.method?.includes('repeats')) return joint.verdict === 'regressed';
  return attainmentWorse(baseline, candidate);
};

/**
 * @param unfair why the runs must not be compared, see `unfairBecause`
 * @param energy the change of `energy.per_output_token`, one of `metrics`
 */
export const verdictOf = (
  baseline: RunRecord,
  candidate: RunRecord,
  { energy, metrics, unfair }: { energy: MetricChange; metrics: readonly MetricChange[]; unfair: readonly string[] },
): Outcome => {
  if (unfair.length > 0) return { verdict: 'invalid', reasons: unfair };
  if (attainmentLost(baseline, candidate, metrics))
    return { verdict: 'regressed', reasons: ['The joint SLO attainment is worse by more than 1 point or 2 requests'] };
  if (Math.min(baseline.requests.completed, candidate.requests.completed) < FEWEST_REQUESTS) {
    return inconclusive(`Fewer than ${FEWEST_REQUESTS} requests completed: too few to tell`);
  }
  return baseline.energyJ === null && candidate.energyJ === null ? withoutMeter(metrics) : ofEnergy(energy, metrics);
};

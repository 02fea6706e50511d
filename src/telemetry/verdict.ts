import type { Comparison, MetricChange, RunRecord } from '../domain/run-record.ts';
import { attainmentWorse } from '../statistics/attainment.ts';

/** Energy changes within this many percent are no change. */
const ENERGY_TOLERANCE_PCT = 1;

/** Fewer requests than this are an anecdote, whatever their joules say. */
const FEWEST_REQUESTS = 20;

type Outcome = Pick<Comparison, 'verdict' | 'reasons'>;

const inconclusive = (reason: string): Outcome => ({ verdict: 'inconclusive', reasons: [reason] });

const ofEnergy = ({ changePct, significant }: MetricChange): Outcome => {
  if (changePct === null) return inconclusive('Energy over the common span is unknown: a meter or an idle power is missing');
  if (Math.abs(changePct) <= ENERGY_TOLERANCE_PCT) return { verdict: 'same', reasons: [] };
  // Both must agree, the size of a change and its significance; a run of a few seconds has too few blocks for the second.
  if (significant === null) return inconclusive('The runs are too short to tell a change in energy per output token from chance');
  if (!significant) return inconclusive('The change in energy per output token is within what its own ups and downs explain');
  return { verdict: changePct < 0 ? 'improved' : 'regressed', reasons: [] };
};

/**
 * @param unfair why the runs must not be compared, see `unfairBecause`
 * @param energy the change of `energy.per_output_token`
 */
export const verdictOf = (baseline: RunRecord, candidate: RunRecord, energy: MetricChange, unfair: readonly string[]): Outcome => {
  if (unfair.length > 0) return { verdict: 'invalid', reasons: unfair };
  if (attainmentWorse(baseline, candidate))
    return { verdict: 'regressed', reasons: ['The joint SLO attainment is worse by more than 1 point or 2 requests'] };
  if (Math.min(baseline.requests.completed, candidate.requests.completed) < FEWEST_REQUESTS) {
    return inconclusive(`Fewer than ${FEWEST_REQUESTS} requests completed: too few to tell`);
  }
  return ofEnergy(energy);
};

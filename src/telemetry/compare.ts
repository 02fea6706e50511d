import { weakest } from '../domain/evidence.ts';
import type { Comparison, RunRecord } from '../domain/run-record.ts';
import { createRandom } from '../statistics/random.ts';
import { metricChanges, PRIMARY } from './change.ts';
import { commonSpanOf } from './common-span.ts';
import { documentHeader, type HeaderFields } from './document-header.ts';
import { unfairBecause } from './fairness.ts';
import { verdictOf } from './verdict.ts';

/**
 * Two runs of the same requests, side by side over the same span. An unfair pair is a result too: verdict `invalid`
 * with its reasons.
 * @param header of the comparison; its evidence is replaced by the weaker one of both runs, its seed drives the resampling
 * @param practicalPct what counts as a change, in percent, in place of each metric's own threshold
 */
export const compareRuns = (
  baseline: RunRecord,
  candidate: RunRecord,
  header: Omit<HeaderFields, 'evidence'>,
  practicalPct?: number,
): Comparison => {
  const commonSpan = commonSpanOf(baseline, candidate);
  const metrics = metricChanges(baseline, candidate, commonSpan, createRandom(header.seed).fork('compare'), practicalPct);
  const energy = metrics.find(({ name }) => name === PRIMARY)!;
  return {
    ...documentHeader('comparison', { ...header, evidence: weakest(baseline.evidence, candidate.evidence) }),
    baseline,
    candidate,
    // 0 - x, not -x: no change must not print as -0.
    energySavedPct: energy.changePct === null ? null : 0 - energy.changePct,
    commonSpan,
    ...verdictOf(baseline, candidate, { energy, metrics, unfair: unfairBecause(baseline, candidate) }),
    metrics,
  };
};

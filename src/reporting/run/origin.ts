import type { Comparison, RunRecord } from '../../domain/run-record.ts';
import { originOf } from '../origin.ts';
import type { Result } from './findings.ts';

const runOrigin = ({ mode, evidence, bench, energyJ }: RunRecord): string => {
  if (mode === 'simulated') return `simulated: models on virtual time, nothing was measured on a GPU (evidence: ${evidence})`;
  if (mode === 'emulated') return 'emulated: engines and GPUs are modelled, and so are their joules';
  if (evidence !== 'measured') return `part of this comes from a model (evidence: ${evidence})`;
  const what = bench?.load.url == null ? 'measured on real engines' : 'measured at the endpoint';
  return energyJ === null ? `${what}; energy was not measured` : what;
};

const ofComparison = (comparison: Comparison): string => {
  const measured = comparison.evidence === 'measured' && [comparison.baseline, comparison.candidate].every(({ mode }) => mode === 'live');
  const metered = comparison.baseline.energyJ !== null && comparison.candidate.energyJ !== null;
  return measured && !metered ? 'measured at real engines; energy was not measured' : originOf(comparison);
};

/** Where the figures of a result come from, in words, with the evidence named. */
export const evidenceText = (result: Result): string => (result.kind === 'run' ? runOrigin(result) : ofComparison(result));

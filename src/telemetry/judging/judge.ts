import { EXIT, type ExitCode } from '../../domain/exit-codes.ts';
import type { Judgement, Threshold } from '../../domain/judgement.ts';
import type { Comparison, RunRecord } from '../../domain/run-record.ts';
import { compareRuns } from '../compare.ts';
import { checkThreshold } from './threshold.ts';

/** What a run is held against. */
export interface Standards {
  readonly thresholds: readonly Threshold[];
  readonly baseline: {
    /** File or run, as it was named. */
    readonly source: string;
    readonly record: RunRecord;
  } | null;
  /** Replaces what counts as a change of each metric, in percent. */
  readonly practicalPct?: number;
  /** Also a run without a steady state is not valid. */
  readonly strict?: boolean;
}

export interface Judged {
  readonly judgement: Judgement;
  /** With the baseline, where there is one. */
  readonly comparison: Comparison | null;
  readonly exitCode: ExitCode;
}

const measurable = ({ validity: { verdict } }: RunRecord, strict: boolean): boolean =>
  verdict === 'valid' || (verdict === 'unstable' && !strict);

/** 6 before 99 before 7: a figure that does not count breaks no threshold, and a threshold is told before a trend. */
const exitCodeOf = (record: RunRecord, { thresholds, baseline }: Judgement, strict: boolean): ExitCode => {
  if (!measurable(record, strict) || baseline?.verdict === 'invalid') return EXIT.invalid;
  if (thresholds.some(({ ok }) => !ok)) return EXIT.threshold;
  return baseline?.verdict === 'regressed' ? EXIT.regression : EXIT.done;
};

/** A finished run, held against its thresholds and its baseline; and how its command ends. */
export const judge = (record: RunRecord, { thresholds, baseline, practicalPct, strict = false }: Standards): Judged => {
  const comparison = baseline && compareRuns(baseline.record, record, record, practicalPct);
  const judgement: Judgement = {
    thresholds: thresholds.map((threshold) => checkThreshold(threshold, record)),
    baseline: baseline && comparison && { source: baseline.source, verdict: comparison.verdict, reasons: comparison.reasons },
  };
  return { judgement, comparison, exitCode: exitCodeOf(record, judgement, strict) };
};

/**
 * How a comparison on its own ends. Strict: what cannot be told is not good enough for the job that asks, but neither is it a
 * regression; so it ends as a measurement that is not valid.
 */
export const clientExitCode = ({ verdict }: Pick<Comparison, 'verdict'>, strict: boolean): ExitCode => {
  if (verdict === 'invalid' || (strict && verdict === 'inconclusive')) return EXIT.invalid;
  return verdict === 'regressed' ? EXIT.regression : EXIT.done;
};

/** The same for two runs of ours; strict, both must have had a steady state. */
export const comparisonExitCode = (comparison: Comparison, strict: boolean): ExitCode => {
  const runs = [comparison.baseline, comparison.candidate];
  return strict && !runs.every((run) => measurable(run, true)) ? EXIT.invalid : clientExitCode(comparison, strict);
};

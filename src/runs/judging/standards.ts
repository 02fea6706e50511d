import { nearest } from '../../config/nearest.ts';
import { parseRunOrComparison } from '../../config/run-document.ts';
import { VoltanaError } from '../../domain/errors.ts';
import type { Threshold } from '../../domain/judgement.ts';
import type { RunRecord } from '../../domain/run-record.ts';
import type { RunArchive } from '../../ports/run-archive.ts';
import { askedDifferently, askedOf, type Asked } from '../../telemetry/fairness.ts';
import type { Standards } from '../../telemetry/judging/judge.ts';
import { parseThreshold } from '../../telemetry/judging/threshold.ts';

/** @throws VoltanaError BAD_VALUE for what is no threshold, with the metric that was probably meant */
export const readThresholds = (texts: readonly string[]): Threshold[] => texts.map((text) => parseThreshold(text, nearest));

/** A run by its id, folder or file, or the candidate of a comparison. @throws VoltanaError UNKNOWN_ID, FILE_UNREADABLE, FILE_MALFORMED */
export async function readRun(source: string, archive: Pick<RunArchive, 'read'>): Promise<RunRecord> {
  const { text, path } = await archive.read(source);
  return parseRunOrComparison(text, path);
}

const unusable = ({ validity, requests }: RunRecord): string[] => [
  ...(validity.verdict === 'invalid' ? validity.reasons.map((reason) => `It is not valid: ${reason}`) : []),
  ...(requests.completed === 0 ? ['It completed no request'] : []),
];

/** Why a record is no baseline for what is planned; empty when it is one. */
export const baselineProblems = (baseline: RunRecord, planned: Asked): string[] => [
  ...askedDifferently(askedOf(baseline), planned),
  ...unusable(baseline),
];

/**
 * The baseline of a run that has not begun.
 * @param planned what the run will be asked
 * @throws VoltanaError BAD_VALUE for one with which the run could never be compared, and whatever `readRun` throws
 */
export async function readBaseline(
  source: string,
  planned: Asked,
  archive: Pick<RunArchive, 'read'>,
): Promise<NonNullable<Standards['baseline']>> {
  const record = await readRun(source, archive);
  const problems = baselineProblems(record, planned);
  if (problems.length === 0) return { source, record };
  throw new VoltanaError('BAD_VALUE', `${source} is no baseline for this run. ${problems.join('. ')}`, {
    hint: 'Measure the baseline with the same load and promises (--from repeats a run), or leave --baseline out.',
  });
}

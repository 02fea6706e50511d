import type { Comparison, RunRecord } from '../../domain/run-record.ts';
import { energyRows, latencyRows as comparedLatencies, sloRows, workRows, type Row } from '../comparison-rows.ts';
import { comparisonSentence } from '../comparison-sentence.ts';
import { alignedTable } from '../table.ts';
import { latencyRows, runFacts, titleLines } from './facts.ts';
import { HEADING } from './sections.ts';

/** The rows of a comparison's table, energy first. */
export const comparedRows = (comparison: Comparison): Row[] =>
  [energyRows, comparedLatencies, sloRows, workRows].flatMap((rows) => rows(comparison));

/** A run in lines for a log. */
export const runLines = (run: RunRecord): string[] => [
  ...titleLines(run),
  ...alignedTable(HEADING, latencyRows(run)),
  ...runFacts(run).flatMap(({ label, lines }) => lines.map((text, i) => (i === 0 ? `${label}: ${text}` : `  ${text}`))),
];

/** A comparison in lines for a log. */
export const comparedLines = (comparison: Comparison): string[] => [
  ...titleLines(comparison.candidate),
  ...alignedTable(
    ['', 'baseline', 'candidate', 'change'],
    comparedRows(comparison).map((row) => [...row]),
  ),
  comparisonSentence(comparison),
];

import type { Comparison, RunRecord } from '../../domain/run-record.ts';
import { clip, wrap } from '../format.ts';
import { alignedTable } from '../table.ts';
import type { Fact } from './bench-facts.ts';
import { changeLines } from './changes.ts';
import { latencyRows, runFacts, titleLines } from './facts.ts';
import { findingsOf, type Finding } from './findings.ts';
import { evidenceText } from './origin.ts';
import { HEADING, WIDTH } from './sections.ts';

const LABEL_WIDTH = 19;

/** Wrapped beside its label; only the first line has it. */
const labelled = (label: string, texts: readonly string[]): string[] =>
  texts
    .flatMap((text) => wrap(text, WIDTH - LABEL_WIDTH))
    .map((text, i) => `${(i === 0 ? label : '').padEnd(LABEL_WIDTH)}${text}`.trimEnd());

export const factLines = ({ label, lines }: Fact): string[] => labelled(label, lines);

const MARKS = { passed: 'ok', warned: 'unclear', failed: 'FAILED', broken: 'NOT VALID' } as const;

/** Judgement in a few lines: for each finding how it came out, what was asked, and what was found. */
export const findingLines = (findings: readonly Finding[]): string[] =>
  findings.flatMap(({ name, status, text }) => labelled(MARKS[status], [`${name}: ${text}`]));

/**
 * A bench for people: whether it counts and how it was judged, then its figures; at most 100 columns, no escape sequence.
 * @param comparison with its baseline: what changed stands beside the verdict
 */
export const renderBench = (run: RunRecord, comparison: Comparison | null = null): string =>
  [
    ...findingLines(findingsOf(run)),
    '',
    ...(comparison === null ? [] : changeLines(comparison)),
    ...titleLines(run).flatMap((text) => wrap(text, WIDTH)),
    '',
    ...alignedTable(HEADING, latencyRows(run)),
    '',
    ...runFacts(run).flatMap(factLines),
    '',
    `evidence: ${evidenceText(run)}`,
  ]
    .map((text) => clip(text, WIDTH))
    .join('\n');

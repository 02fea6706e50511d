import type { Comparison } from '../../domain/run-record.ts';
import { renderComparison } from '../comparison.ts';
import { clip, wrap } from '../format.ts';
import { alignedTable } from '../table.ts';
import { abFacts, EFFECT_HEADING, effectRows } from './ab.ts';
import { factLines, findingLines } from './bench.ts';
import { CHANGE_HEADING, changeRows, restText } from './changes.ts';
import { findingsOf } from './findings.ts';
import { WIDTH } from './sections.ts';

const TEXT_COLUMNS = 2;

const changeLines = (comparison: Comparison): string[] => {
  const rows = changeRows(comparison);
  return [
    ...(rows.length === 0 ? [] : alignedTable(CHANGE_HEADING, rows, TEXT_COLUMNS)),
    ...restText(comparison).flatMap((text) => [...wrap(text, WIDTH), '']),
  ];
};

const abLines = ({ ab }: Comparison): string[] =>
  ab ? [...abFacts(ab).flatMap(factLines), '', ...alignedTable(EFFECT_HEADING, effectRows(ab), TEXT_COLUMNS), ''] : [];

/**
 * A judged comparison for people: how it came out, which metrics changed, the design where both ran in turns, and then both runs
 * side by side. At most 100 columns; without colour no escape sequence.
 */
export const renderJudged = (comparison: Comparison, options: { readonly color: boolean }): string =>
  [
    ...[...findingLines(findingsOf(comparison)), '', ...abLines(comparison), ...changeLines(comparison)].map((text) => clip(text, WIDTH)),
    renderComparison(comparison, options),
  ].join('\n');

import type { Comparison } from '../../domain/run-record.ts';
import { renderComparison } from '../comparison.ts';
import { clip, wrap } from '../format.ts';
import { alignedTable } from '../table.ts';
import { abFacts, EFFECT_HEADING, effectRows } from './ab.ts';
import { factLines, findingLines } from './bench.ts';
import { changeLines } from './changes.ts';
import { findingsOf } from './findings.ts';
import { evidenceText } from './origin.ts';
import { WIDTH } from './sections.ts';

const TEXT_COLUMNS = 2;

const abLines = ({ ab, metrics }: Comparison): string[] =>
  ab ? [...abFacts(ab).flatMap(factLines), '', ...alignedTable(EFFECT_HEADING, effectRows(ab, metrics), TEXT_COLUMNS), ''] : [];

const headed = (comparison: Comparison): string[] => [...findingLines(findingsOf(comparison)), ''];

const clipped = (lines: readonly string[]): string[] => lines.map((text) => clip(text, WIDTH));

/** Of an A/B test the periods tell, whose means stand beside their effects: sums of them are no two runs. */
const renderAb = (comparison: Comparison): string =>
  clipped([...headed(comparison), ...abLines(comparison), ...wrap(`evidence: ${evidenceText(comparison)}`, WIDTH)]).join('\n');

/**
 * A judged comparison for people: how it came out, which metrics changed, and both runs side by side; of an A/B test its design and
 * effects. At most 100 columns; without colour no escape sequence.
 */
export const renderJudged = (comparison: Comparison, options: { readonly color: boolean }): string =>
  comparison.ab
    ? renderAb(comparison)
    : [...clipped([...headed(comparison), ...changeLines(comparison)]), renderComparison(comparison, options)].join('\n');

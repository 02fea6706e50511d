import { VoltanaError } from '../../domain/errors.ts';
import { comparisonSentence } from '../comparison-sentence.ts';
import { oneLine } from '../../domain/plain-text.ts';
import { csvOfRuns } from '../run/csv.ts';
import { findingsOf, type Result } from '../run/findings.ts';
import { junitOfAll } from '../run/junit.ts';
import { escapeMarkdown, markdownOf } from '../run/markdown.ts';
import { tuningMarkdown } from '../tuning/markdown.ts';
import type { ReportModel } from './model.ts';

/** Endings of a report's files, the page first. */
export const REPORT_ENDINGS = ['.html', '.svg', '.md', '.csv', '.xml', '.json'] as const;

/** What is judged: each comparison, or the run alone. */
const resultsOf = ({ runs, comparisons }: ReportModel): readonly Result[] =>
  comparisons.length > 0 ? comparisons : runs.map(({ record }) => record);

/** @throws VoltanaError BAD_VALUE where a search is all there is */
export function checkHasRuns({ runs }: ReportModel, file: string): void {
  if (runs.length > 0) return;
  throw new VoltanaError('BAD_VALUE', `--output "${file}": this format tells of runs, and there is none`, {
    hint: 'A search is told in .html, .svg, .md and .json.',
  });
}

export const reportMarkdown = (model: ReportModel): string =>
  [
    `## ${escapeMarkdown(model.title)}\n`,
    ...resultsOf(model).map(markdownOf),
    ...model.tunings.map(({ document }) => tuningMarkdown(document)),
    ...(model.notes.length === 0 ? [] : [`${model.notes.map((note) => `- ${escapeMarkdown(note)}`).join('\n')}\n`]),
  ].join('\n');

export const reportCsv = ({ runs }: ReportModel): string => csvOfRuns(runs.map(({ name, record }) => [name, record]));

export const reportXml = (model: ReportModel): string => junitOfAll(resultsOf(model));

/** How it came out, a line for each comparison, run and search. */
export function reportLines({ runs, comparisons, tunings }: ReportModel): string[] {
  const compared = comparisons.map((comparison, i) => {
    const names = comparisons.length > 1 ? `${oneLine(runs[i + 1]!.name)} against ${oneLine(runs[0]!.name)}: ` : '';
    const why = comparison.verdict === 'invalid' ? ` (${comparison.reasons.join('; ')})` : '';
    return `${names}${comparison.verdict}${why}: ${comparisonSentence(comparison)}`;
  });
  const alone = comparisons.length > 0 ? [] : runs.map(({ name, record }) => `${oneLine(name)}: ${findingsOf(record)[0]!.text}`);
  const searched = tunings.map(({ name, document }) => `${oneLine(name)}: ${oneLine(document.recommended.why.join('; '))}`);
  return [...compared, ...alone, ...searched];
}

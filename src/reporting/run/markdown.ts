import type { Comparison, RunRecord } from '../../domain/run-record.ts';
import { clip } from '../format.ts';
import { oneLine } from '../../domain/plain-text.ts';
import { comparisonSentence, spanSentence } from '../comparison-sentence.ts';
import { abFacts, effectRows, EFFECT_HEADING } from './ab.ts';
import { changeRows, CHANGE_HEADING, restText } from './changes.ts';
import type { Fact } from './bench-facts.ts';
import { latencyRows, runFacts, titleLines } from './facts.ts';
import { findingsOf, type Finding, type Result } from './findings.ts';
import { evidenceText } from './origin.ts';
import { HEADING } from './sections.ts';
import { comparedRows } from './short-lines.ts';

/** A page of checks is read in a narrow column: what is longer is in the document. */
const LONGEST_CELL = 400;

/** Every sign that could begin or end something: markup, HTML, mathematics, a cell, a link to an issue. */
const MARKUP = /[\\`*_[\]<>|~$&#]/g;

/** Text of others as text. What would begin a list or underline a heading does not stand first. */
export const escapeMarkdown = (text: string): string =>
  // Cutting may halve a character.
  oneLine(clip(oneLine(text), LONGEST_CELL))
    .replace(MARKUP, '\\$&')
    .replace(/^[-+=](?=\s|$|[-=]+$)/, '\\$&')
    .replace(/^(\d+)([.)])(?=\s|$)/, '$1\\$2');

export const tableOf = (heading: readonly string[], rows: readonly (readonly string[])[], texts = 1): string[] => [
  `| ${heading.map(escapeMarkdown).join(' | ')} |`,
  `|${heading.map((_, column) => (column < texts ? ' --- ' : ' ---: ')).join('|')}|`,
  ...rows.map((row) => `| ${row.map(escapeMarkdown).join(' | ')} |`),
];

const STATUS = { passed: 'passed', warned: 'unclear', failed: '**FAILED**', broken: '**NOT VALID**' } as const;

const findingTable = (findings: readonly Finding[]): string[] => [
  '| result | check | found |',
  '| --- | --- | --- |',
  ...findings.map(({ name, status, text }) => `| ${STATUS[status]} | ${escapeMarkdown(name)} | ${escapeMarkdown(text)} |`),
];

const factTable = (facts: readonly Fact[]): string[] => [
  '| | |',
  '| --- | --- |',
  ...facts.map(({ label, lines }) => `| ${escapeMarkdown(label)} | ${lines.map(escapeMarkdown).join('<br>')} |`),
];

export const page = (...sections: readonly (readonly string[])[]): string =>
  `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;

const head = (result: Result, title: readonly string[]): string[][] => [
  [`### ${escapeMarkdown(title[0]!)}`],
  title.slice(1).map(escapeMarkdown),
  findingTable(findingsOf(result)),
];

const last = (result: Result): string[] => [
  `Evidence: ${escapeMarkdown(evidenceText(result))}. voltana ${escapeMarkdown(result.voltana)}.`,
];

const runPage = (run: RunRecord): string =>
  page(...head(run, titleLines(run)), tableOf(HEADING, latencyRows(run)), factTable(runFacts(run)), last(run));

const abSections = ({ ab, metrics }: Comparison): string[][] =>
  ab ? [factTable(abFacts(ab)), tableOf(EFFECT_HEADING, effectRows(ab, metrics), 2)] : [];

/** Of an A/B test the periods tell: sums of them are no two runs. */
const abPage = (comparison: Comparison): string =>
  page(...head(comparison, titleLines(comparison.candidate).slice(0, 1)), ...abSections(comparison), last(comparison));

const comparisonPage = (comparison: Comparison): string => {
  const changes = changeRows(comparison);
  return page(
    ...head(comparison, titleLines(comparison.candidate).slice(0, 1)),
    [comparisonSentence(comparison), ...spanSentence(comparison)].map(escapeMarkdown),
    tableOf(['', 'baseline', 'candidate', 'change'], comparedRows(comparison)),
    changes.length === 0 ? [] : tableOf(CHANGE_HEADING, changes, 2),
    restText(comparison).map(escapeMarkdown),
    last(comparison),
  );
};

/** A page in GitHub's and GitLab's markdown, for step summaries and merge requests. */
export const markdownOf = (result: Result): string =>
  result.kind === 'run' ? runPage(result) : result.ab ? abPage(result) : comparisonPage(result);

import { clip } from '../format.ts';
import { oneLine } from '../../domain/plain-text.ts';
import { findingsOf, type Finding, type Result } from './findings.ts';

/** GitHub shows ten of a kind per step. */
const MOST_OF_A_KIND = 10;
const LONGEST_MESSAGE = 2000;

type Level = 'error' | 'warning';

const encoded = (text: string): string =>
  oneLine(clip(oneLine(text), LONGEST_MESSAGE))
    .replaceAll('%', '%25')
    .replaceAll('\r', '%0D')
    .replaceAll('\n', '%0A');

/** In a property a colon or a comma would end it. */
const property = (text: string): string => encoded(text).replaceAll(':', '%3A').replaceAll(',', '%2C');

const command = (level: Level, title: string, message: string): string => `::${level} title=${property(title)}::${encoded(message)}`;

/** A warning about something else than a finding. */
export const warningOf = (title: string, message: string): string => command('warning', title, message);

const TITLES = {
  validity: 'Measurement',
  threshold: 'Threshold',
  baseline: 'Baseline',
  comparison: 'Comparison',
  'A/A': 'A/A test',
} as const;

const LEVELS = { passed: null, warned: 'warning', failed: 'error', broken: 'error' } as const;

const annotation = (level: Level, { about, name, text }: Finding): string => command(level, `${TITLES[about]}: ${name}`, text);

function ofLevel(findings: readonly Finding[], level: Level): string[] {
  const all = findings.filter(({ status }) => LEVELS[status] === level);
  if (all.length <= MOST_OF_A_KIND) return all.map((finding) => annotation(level, finding));
  const shown = all.slice(0, MOST_OF_A_KIND - 1);
  const rest = all.slice(shown.length).map(({ name }) => name);
  return [...shown.map((finding) => annotation(level, finding)), command(level, `${rest.length} more`, rest.join('; '))];
}

/**
 * Workflow commands of GitHub Actions, one a line: an error for each finding that fails the job, a warning for what nobody can tell.
 * A passed result has none. GitHub reads them on stdout and stderr alike.
 */
export const annotationsOf = (result: Result): string[] => {
  const findings = findingsOf(result);
  return [...ofLevel(findings, 'error'), ...ofLevel(findings, 'warning')];
};

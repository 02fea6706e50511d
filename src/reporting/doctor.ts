import { CHECK_GROUPS, type Check, type CheckGroup, type Diagnosis } from '../domain/diagnosis.ts';
import { counted, wrap } from './format.ts';

const WIDTH = 80;
const MARKS: Readonly<Record<Check['status'], string>> = { ok: '✓', warning: '!', failure: '✗', skipped: '-' };
const HEADINGS: Readonly<Record<CheckGroup, string>> = {
  machine: 'This machine',
  drivers: 'Drivers',
  devices: 'Devices',
  agent: 'Agent and permission',
  managers: 'Others that set clocks or power',
  cluster: 'Cluster',
};

const hanging = (first: string, text: string): string[] =>
  wrap(text, WIDTH - first.length).map((line, i) => `${i === 0 ? first : ' '.repeat(first.length)}${line}`);

const linesOf = ({ status, finding, fix }: Check): string[] => [
  ...hanging(`  ${MARKS[status]} `, finding),
  ...(fix === null || fix === '' ? [] : hanging('      fix: ', fix)),
];

const MEANINGS: Readonly<Record<Diagnosis['exitCode'], string>> = {
  0: 'Ready.',
  3: 'The environment is not ready (exit code 3).',
  4: 'Clocks may not be set here (exit code 4).',
  5: 'An engine or a device failed (exit code 5).',
};

function summary({ counts, exitCode }: Diagnosis): string {
  const { failure, warning, ok, skipped } = counts;
  const parts = [counted(failure, 'failure'), counted(warning, 'warning'), `${ok} ok`, `${skipped} skipped`];
  return `${parts.join(', ')}. ${MEANINGS[exitCode]}`;
}

/** A diagnosis for people: one line per check, with a mark, and below it what to do. */
export function doctorText(diagnosis: Diagnosis): string {
  const groups = CHECK_GROUPS.flatMap((group) => {
    const checks = diagnosis.checks.filter((check) => check.group === group);
    const heading = group === 'machine' ? `${HEADINGS.machine} (${diagnosis.node})` : HEADINGS[group];
    return checks.length === 0 ? [] : [heading, ...checks.flatMap(linesOf), ''];
  });
  return [...groups, ...wrap(summary(diagnosis), WIDTH)].join('\n');
}

import { readFileSync, writeFileSync } from 'node:fs';
import type { Figure } from '../figures.ts';

const PAGE = new URL('../../../docs/accuracy.md', import.meta.url);

const number = ({ value, unit }: Figure): string => value?.toFixed(unit === 'times' ? 3 : 1) ?? 'n/a';
/** A missed limit must not be overlooked. */
const cell = (figure: Figure | undefined): string => {
  if (figure === undefined) return '-';
  return figure.ok ? number(figure) : `**${number(figure)}**`;
};

const table = (columns: readonly string[], rows: readonly (readonly string[])[]): string =>
  [columns, columns.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

/** Figures are called `SUBJECT: WHAT`; a table has a row for each subject and a column for each what. */
function pivot(figures: readonly Figure[], [title, ...whats]: readonly [string, ...string[]], marks: (subject: string) => boolean): string {
  const subjects = new Map<string, Map<string, Figure>>();
  for (const figure of figures) {
    const [subject = '', what = ''] = figure.name.split(': ');
    if (!marks(subject) || !whats.includes(what)) continue;
    subjects.set(subject, (subjects.get(subject) ?? new Map<string, Figure>()).set(what, figure));
  }
  const firsts = [...subjects.values()].map((row) => row.values().next().value!);
  const limited = firsts.some(({ limit }) => limit !== 'none');
  const rows = [...subjects].map(([subject, row], index) => {
    const { n, limit } = firsts[index]!;
    return [subject, String(n), ...(limited ? [limit] : []), ...whats.map((what) => cell(row.get(what)))];
  });
  return table([title, 'n', ...(limited ? ['limit'] : []), ...whats], rows);
}

/** The same table under each way of fitting, side by side. */
function fitted(figures: readonly Figure[]): string {
  const columns = ['fit', 'held out by clock', 'held out by batch', 'held out by model'];
  const called = (label: string): Map<string, Figure> =>
    new Map(
      figures
        .filter(({ name }) => name.startsWith(`A100, ${label}: `))
        .map((figure) => [figure.name.slice(`A100, ${label}: `.length), figure]),
    );
  const all = columns.map(called);
  const rows = [...all[0]!.keys()].map((name) => [name, ...all.map((column) => cell(column.get(name)))]);
  return table(['table', ...columns], rows);
}

const isEnergy = (subject: string): boolean => subject.includes('energy against');
const isStep = (subject: string): boolean => subject.includes('step ');
const isTable = (subject: string): boolean => !isEnergy(subject) && !isStep(subject);

const SECTIONS: Readonly<Record<string, (figures: readonly Figure[]) => string>> = {
  tables: (figures) => pivot(figures, ['card, table', 'mean error', 'worst row'], isTable),
  energy: (figures) =>
    pivot(figures, ['card, loads', 'worst load', 'mean error', 'loads within 6 points', 'spread of the measurement'], isEnergy),
  steps: (figures) => pivot(figures, ['card, step', 'off by', 'measured', 'model'], isStep),
  scales: (figures) => pivot(figures, ['card, table', 'scale', 'mean error with it', 'mean error at scale 1'], isTable),
  fitted,
};

/** Renews what stands between `<!-- NAME -->` and `<!-- end -->` in docs/accuracy.md. */
export function renewPage(figures: readonly Figure[]): void {
  const page = readFileSync(PAGE, 'utf8').replace(
    /(<!-- (\w+) -->\n)[^]*?(<!-- end -->)/g,
    (whole, start: string, name: string, end: string) => {
      const section = SECTIONS[name];
      return section ? `${start}${section(figures)}\n${end}` : whole;
    },
  );
  writeFileSync(PAGE, page);
}

import { Chalk } from 'chalk';
import { clip, wrap } from './format.ts';

/** One shipped card, as a list tells it. */
interface ListedCard {
  readonly kind: string;
  readonly id: string;
  readonly name: string;
  readonly source: string;
  readonly file: string;
}

interface Look {
  /** Of the terminal; null in a pipe. */
  readonly columns: number | null;
  readonly color: boolean;
}

const PIPE_COLUMNS = 100;
const NARROWEST = 40;
const GAP = '  ';
const LONGEST_NAME = 44;

const widthOf = ({ columns }: Look): number => Math.max(NARROWEST, columns ?? PIPE_COLUMNS);
const longest = (texts: readonly string[]): number => Math.max(0, ...texts.map((text) => text.length));

/** One kind: its heading, and a row per card. */
const section = (kind: string, cards: readonly ListedCard[], look: Look): string[] => {
  const rows = [[kind.toUpperCase(), 'NAME', 'SOURCE'], ...cards.map(({ id, name, source }) => [id, clip(name, LONGEST_NAME), source])];
  const widths = [0, 1].map((column) => longest(rows.map((row) => row[column]!)));
  const [head = '', ...lines] = rows.map((row) =>
    clip(row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(GAP), widthOf(look)).trimEnd(),
  );
  return [new Chalk({ level: look.color ? 1 : 0 }).bold(head), ...lines];
};

/** A table per kind; the last column is cut at the window's edge, and `--json` has all of it. */
export const renderCards = (cards: readonly ListedCard[], look: Look): string =>
  [...new Set(cards.map(({ kind }) => kind))]
    .map((kind) =>
      section(
        kind,
        cards.filter((card) => card.kind === kind),
        look,
      ).join('\n'),
    )
    .join('\n\n');

interface Figure {
  readonly path: string;
  readonly text: string;
}

const LONGEST_VALUE = 32;

const numbersText = (values: readonly number[]): string => `${values.length} values, ${Math.min(...values)} to ${Math.max(...values)}`;

const listText = (values: readonly unknown[]): string => {
  const text = JSON.stringify(values).replaceAll(',', ', ');
  if (text.length <= LONGEST_VALUE) return text;
  if (values.every((value) => typeof value === 'number')) return numbersText(values);
  return values.every(Array.isArray) ? `${values.length} lists, ${clip(text, LONGEST_VALUE - 11)}` : clip(text, LONGEST_VALUE);
};

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Objects by their keys, lists of objects by their places, everything else in one text. */
const figuresOf = (value: unknown, path: string): Figure[] => {
  if (isObject(value)) return Object.entries(value).flatMap(([key, child]) => figuresOf(child, path === '' ? key : `${path}.${key}`));
  if (!Array.isArray(value)) return [{ path, text: String(value) }];
  if (value.length > 0 && value.every(isObject))
    return value.map((one, i) => ({
      path: `${path}[${i}]`,
      text: clip(JSON.stringify(one).replace(/["{}]/g, '').replaceAll(',', ', '), PIPE_COLUMNS),
    }));
  return [{ path, text: listText(value) }];
};

/** Of a figure or of what it is part of. */
const sourceFor = (path: string, sources: Readonly<Record<string, string>>): string => {
  for (let at = path; at !== ''; at = at.includes('.') ? at.slice(0, at.lastIndexOf('.')) : '') {
    if (Object.hasOwn(sources, at)) return sources[at]!;
  }
  return '';
};

const rowsOf = ({ path, text }: Figure, source: string, [paths, texts]: readonly [number, number], width: number): string[] => {
  const begin = `${path.padEnd(paths)}${GAP}${text.padEnd(texts)}${GAP}`;
  const room = width - begin.length;
  // A source that has no room beside its figure stands below it.
  if (source === '') return [begin.trimEnd()];
  const indent = room >= NARROWEST / 2 ? ' '.repeat(begin.length) : GAP.repeat(2);
  const [first = '', ...rest] = wrap(source, width - indent.length);
  const tail = rest.map((line) => indent + line);
  return indent.length === begin.length ? [begin + first, ...tail] : [begin.trimEnd(), indent + first, ...tail];
};

/** Not said twice: what the heading says, and a source that the row above has. */
const HEADED = ['schemaVersion', 'kind', 'id', 'name', 'source'];
const withSources = (figures: readonly Figure[], sources: Readonly<Record<string, string>>): readonly (readonly [Figure, string])[] => {
  const found = figures.map(({ path }) => sourceFor(path, sources));
  return figures.map((figure, i) => [figure, found[i] !== '' && found[i] === found[i - 1] ? 'as above' : found[i]!]);
};

/** One card: every figure with its source beside it. */
export const renderCard = ({ kind, id, name, source, file, card }: ListedCard & { readonly card: object }, look: Look): string => {
  const { sources = {}, ...rest } = card as { readonly sources?: Readonly<Record<string, string>> };
  const figures = figuresOf(rest, '').filter(({ path }) => !HEADED.includes(path));
  const texts = figures.map(({ text }) => text).filter((text) => text.length <= LONGEST_VALUE);
  const widths = [longest(figures.map(({ path }) => path)), longest(texts)] as const;
  const chalk = new Chalk({ level: look.color ? 1 : 0 });
  const heading = wrap(`${kind} ${id}: ${name}`, widthOf(look)).map((line) => chalk.bold(line));
  const whole = Object.keys(sources).length === 0 ? wrap(`from ${source}`, widthOf(look)) : [];
  const rows = withSources(figures, sources).flatMap(([figure, from]) => rowsOf(figure, from, widths, widthOf(look)));
  return [...heading, file, ...whole, '', ...rows].join('\n');
};

/** What `--json` prints of a list. */
export const cardsDocument = (cards: readonly ListedCard[]): object => ({ schemaVersion: 1, kind: 'cards', cards });

/** What `--json` prints of one card: the card as it ships, and what a list says of it. `of` is its kind. */
export const cardDocument = ({ kind, ...rest }: ListedCard & { readonly card: object }): object => ({
  schemaVersion: 1,
  kind: 'card',
  of: kind,
  ...rest,
});

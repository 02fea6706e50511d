/** Longest line, as prettier has it. */
const WIDTH = 140;

const isPair = (value: unknown): boolean => Array.isArray(value) && value.length > 1;

/** A list of lists stands on several lines, as prettier has it. */
const isTable = (value: unknown): value is readonly unknown[] => isPair(value) && (value as readonly unknown[]).every(isPair);

const inline = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(inline).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).map(([key, each]) => `${JSON.stringify(key)}: ${inline(each)}`);
  return entries.length === 0 ? '{}' : `{ ${entries.join(', ')} }`;
};

/** The entries of an object, each with what stands before it; of a table, its rows. Null for what stands on one line. */
const partsOf = (value: unknown): (readonly [before: string, value: unknown])[] | null => {
  if (isTable(value)) return value.map((row) => ['', row]);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  return Object.entries(value).map(([key, each]) => [`${JSON.stringify(key)}: `, each]);
};

const holdsTable = (value: unknown): boolean => isTable(value) || (partsOf(value) ?? []).some(([, each]) => holdsTable(each));

/** @param before what stands on the line already; the value is followed by a comma */
const lines = (value: unknown, before: string): string => {
  const parts = partsOf(value);
  const line = `${before}${inline(value)}`;
  const fits = before !== '' && !holdsTable(value) && line.length < WIDTH;
  if (parts === null || parts.length === 0 || fits) return line;
  const indent = /^ */.exec(before)![0];
  const [open, close] = Array.isArray(value) ? '[]' : '{}';
  const inner = parts.map(([each, part]) => lines(part, `${indent}  ${each}`));
  return `${before}${open}\n${inner.join(',\n')}\n${indent}${close}`;
};

/** JSON as the cards are written by hand and by prettier: an object that fits on a line stands on one. */
export const printCard = (card: object): string => `${lines(card, '')}\n`;

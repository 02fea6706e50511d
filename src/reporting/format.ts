/** What is not available is never 0. */
export const MISSING = 'n/a';

export const number = (value: number | null, digits: number, unit = ''): string =>
  value === null ? MISSING : `${withoutMinusZero(value.toFixed(digits))}${unit && ` ${unit}`}`;

export const signed = (value: number | null, digits: number, unit = ''): string =>
  value === null ? MISSING : `${Number(value.toFixed(digits)) > 0 ? '+' : ''}${number(value, digits, unit)}`;

/** So many digits that count, a large one as people write it: "0.0123", "1.20", "1340". */
export const significant = (value: number, digits: number): string => {
  const text = value.toPrecision(digits);
  return text.includes('e') ? String(Number(text)) : text;
};

/** "1 point", "2 points". */
export const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;

/** An error in percent: none is known to be nothing at all. */
export const errorPercent = (value: number | null): string => (value !== null && value < 0.05 ? '< 0.1 %' : number(value, 1, '%'));

/** A fraction as percent. */
export const percent = (fraction: number | null, digits = 1): string => number(fraction === null ? null : fraction * 100, digits, '%');

export const difference = (before: number | null, after: number | null): number | null =>
  before === null || after === null ? null : after - before;

const withoutMinusZero = (text: string): string => (/^-0(\.0*)?$/.test(text) ? text.slice(1) : text);

/** Cut to a width; an ellipsis shows that something is missing. */
export const clip = (text: string, width: number): string => (text.length <= width ? text : `${text.slice(0, width - 1)}…`);

/** Words wrapped to a width; one longer than the width stays whole. */
export const wrap = (text: string, width: number): string[] => {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
};

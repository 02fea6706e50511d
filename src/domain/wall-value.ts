import { samplesIn, type Sample } from './prometheus-text.ts';

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

const numberOf = (value: unknown, what: string): number => {
  const text = typeof value === 'number' ? String(value) : typeof value === 'string' ? value.trim() : '';
  if (NUMBER.test(text)) return Number(text);
  throw new Error(`${what} is no number`);
};

/** `a.b[0].c` -> a, b, 0, c */
const stepsOf = (path: string): string[] =>
  path
    .replace(/\[(\d+)\]/g, '.$1')
    .split('.')
    .filter((step) => step !== '');

function inJson(document: unknown, path: string): number {
  let value = document;
  for (const step of stepsOf(path)) {
    const known = typeof value === 'object' && value !== null && Object.hasOwn(value, step);
    if (!known) throw new Error(`there is no ${path} in its JSON`);
    value = (value as Readonly<Record<string, unknown>>)[step];
  }
  return numberOf(value, path);
}

const matches = (asked: Sample, { name, labels }: Sample): boolean =>
  name === asked.name && Object.entries(asked.labels).every(([label, value]) => labels[label] === value);

function inExposition(text: string, select: string): number {
  // A line of the same format: its value is of no interest.
  const [asked] = samplesIn(`${select} 0`);
  if (asked === undefined) throw new Error(`"${select}" is no name of a sample`);
  const found = samplesIn(text, (name) => name === asked.name).filter((sample) => matches(asked, sample));
  if (found.length > 1) throw new Error(`there are ${found.length} samples of ${select}: say which by its labels`);
  if (found[0] === undefined) throw new Error(`there is no ${select} in it`);
  return numberOf(found[0].value, select);
}

const jsonIn = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new Error('it is JSON that breaks off, or none');
  }
};

/**
 * A meter's number in what it answered: JSON, Prometheus' text format, or the number alone.
 * @param select path in the JSON (`a.b[0].c`), or a sample's name with as many labels as it takes; null where there is only the number
 * @throws Error in words that follow "the answer cannot be used: "
 */
export function wallValue(text: string, select: string | null): number {
  const value = select === null ? numberOf(text, 'it') : /^\s*[[{]/.test(text) ? inJson(jsonIn(text), select) : inExposition(text, select);
  if (value >= 0 && Number.isFinite(value)) return value;
  throw new Error(`${value} is negative`);
}

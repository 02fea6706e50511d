/** One line of Prometheus' text format. */
export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** NaN and infinities as they are written. */
  readonly value: number;
}

const NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*/;
/** One label and what separates it from the next. */
const LABEL = /\s*([^\s=,{}"]+)\s*=\s*"((?:[^"\\]|\\.)*)"\s*,?/y;
const CLOSING = /\s*\}/y;
const VALUE = /\s*([^\s]+)/y;
const SPECIAL: Readonly<Record<string, number>> = { '+inf': Infinity, inf: Infinity, '-inf': -Infinity, nan: NaN };
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

const unescaped = (text: string): string => text.replace(/\\(.)/gs, (_, char: string) => (char === 'n' ? '\n' : char));

const matchAt = (pattern: RegExp, text: string, at: number): RegExpExecArray | null => {
  pattern.lastIndex = at;
  return pattern.exec(text);
};

/** @returns the labels and the index behind them; null for what is none */
function labelsAt(line: string, start: number): { labels: Record<string, string>; end: number } | null {
  if (line[start] !== '{') return { labels: {}, end: start };
  const labels: [string, string][] = [];
  let at = start + 1;
  for (let found = matchAt(LABEL, line, at); found !== null; found = matchAt(LABEL, line, at)) {
    labels.push([found[1]!, unescaped(found[2]!)]);
    at = LABEL.lastIndex;
  }
  return matchAt(CLOSING, line, at) === null ? null : { labels: Object.fromEntries(labels), end: CLOSING.lastIndex };
}

const numberIn = (text: string): number | null => SPECIAL[text.toLowerCase()] ?? (NUMBER.test(text) ? Number(text) : null);

function sampleIn(line: string, wanted: (name: string) => boolean): Sample | null {
  const name = NAME.exec(line)?.[0];
  if (name === undefined || !wanted(name)) return null;
  const found = labelsAt(line, name.length);
  if (found === null) return null;
  const written = matchAt(VALUE, line, found.end)?.[1];
  const value = written === undefined ? null : numberIn(written);
  return value === null ? null : { name, labels: found.labels, value };
}

/**
 * The samples of an exposition, in order. Comments, timestamps, exemplars, and lines that are none are passed over: an
 * engine that writes one line badly still tells the rest.
 * @param wanted spares reading what nobody asks for: histograms are most of a text
 */
export const samplesIn = (text: string, wanted: (name: string) => boolean = () => true): Sample[] =>
  text.split('\n').flatMap((line) => sampleIn(line.trimStart(), wanted) ?? []);

import { numberedLines } from './finding.ts';

export interface KeyLine {
  readonly value: string;
  readonly number: number;
}

/** The last line `KEY=value` of a configuration file that is no comment; keys without regard to case. Pure. */
export function lastValue(text: string, key: string): KeyLine | null {
  let last: KeyLine | null = null;
  for (const { line, number } of numberedLines(text)) {
    const match = /^\s*(\w+)\s*=\s*("[^"]*"|[^#]*)/.exec(line);
    if (match?.[1]!.toLowerCase() === key.toLowerCase()) last = { value: match[2]!.replaceAll('"', '').trim(), number };
  }
  return last;
}

import { VoltanaError } from '../domain/errors.ts';

const parsed = (line: string): unknown => {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
};

/** What a child process is told on its first line. @throws VoltanaError BAD_VALUE for what is not a JSON object */
export const parseSpecLine = (line: string): object => {
  const spec = parsed(line);
  if (typeof spec === 'object' && spec !== null) return spec;
  throw new VoltanaError('BAD_VALUE', `the spec ${JSON.stringify(line.slice(0, 80))} is not a JSON object`, {
    hint: 'Write one JSON object on its first line of stdin, as its parent does.',
  });
};

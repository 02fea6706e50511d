import { MAX_NESTING } from './nesting.ts';

const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\]:]/gs;

/** Of each object and list that is open, the keys so far; a list has none. */
type Open = Set<string>[];

const closeOrOpen = (token: string, open: Open): void => {
  if (token === '{' || token === '[') open.push(new Set());
  else if (token === '}' || token === ']') open.pop();
};

/**
 * What JSON.parse would pass over in silence: a key written twice, of which it takes the last, and nesting beyond all
 * reason, on which whoever walks the value later would run out of stack. Null when there is neither.
 * @param text of valid JSON
 */
const problemOf = (text: string): string | null => {
  const open: Open = [];
  let last = '';
  for (const [token] of text.matchAll(TOKEN)) {
    if (token === ':') {
      const keys = open.at(-1);
      const key = JSON.parse(last) as string;
      if (keys?.has(key)) return `the key ${last.slice(0, 60)} is there twice`;
      keys?.add(key);
    } else closeOrOpen(token, open);
    if (open.length > MAX_NESTING) return `nested deeper than ${MAX_NESTING} levels`;
    last = token;
  }
  return null;
};

/** Many times as fast as YAML, of which JSON is a part. @throws SyntaxError */
export const parseJson = (text: string): unknown => {
  const value: unknown = JSON.parse(text);
  const problem = problemOf(text);
  if (problem !== null) throw new SyntaxError(problem);
  return value;
};

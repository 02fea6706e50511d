export type Json = Record<string, unknown>;

export const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);

export const objectsIn = (value: unknown): Json[] => (Array.isArray(value) ? value.filter(isObject) : []);

/** @throws SyntaxError */
export const parseObject = (text: string): Json => {
  const value = JSON.parse(text) as unknown;
  if (!isObject(value)) throw new SyntaxError('not a JSON object');
  return value;
};

/** The object of an index, made on first sight. */
export const at = <T>(list: Map<number, T>, index: unknown, make: (index: number) => T): T => {
  const key = typeof index === 'number' ? index : 0;
  const known = list.get(key);
  if (known !== undefined) return known;
  const made = make(key);
  list.set(key, made);
  return made;
};

export const inOrder = <T>(list: ReadonlyMap<number, T>): T[] =>
  list.size === 1 ? [...list.values()] : [...list.entries()].sort(([a], [b]) => a - b).map(([, value]) => value);

const NONE: readonly string[] = [];

/**
 * Lists grow, objects merge, the latest of anything else counts; null says nothing.
 * @param joined keys whose strings grow
 * @param left the key that is left out
 */
export const merge = (into: Json, more: Json, joined: readonly string[] = NONE, left: string | null = null): void => {
  for (const key of Object.keys(more)) {
    if (key === left) continue;
    const value = more[key];
    const had = into[key];
    if (value === null || value === undefined) into[key] ??= null;
    else if (typeof value === 'string' && typeof had === 'string' && joined.includes(key)) into[key] = had + value;
    else if (Array.isArray(value) && Array.isArray(had)) had.push(...(value as unknown[]));
    else if (isObject(value) && isObject(had)) merge(had, value, joined);
    else into[key] = value;
  }
};

import { Parser, type CST } from 'yaml';

/** No document of ours is nested deeper than ten levels. */
export const MAX_NESTING = 100;

const childrenOf = (token: CST.Token): (CST.Token | null | undefined)[] => {
  if (token.type === 'document') return [token.value];
  return 'items' in token ? token.items.flatMap(({ key, value }) => [key, value]) : [];
};

/**
 * Whether a YAML text is nested beyond all reason. Asked before it is composed, which recurses: at the end of the stack
 * the engine does not only throw, it may end the process.
 */
export function nestsTooDeep(text: string): boolean {
  const pending = [...new Parser().parse(text)].map((token) => ({ token, depth: 0 }));
  for (let next = pending.pop(); next; next = pending.pop()) {
    const { token, depth } = next;
    if (depth > MAX_NESTING) return true;
    for (const child of childrenOf(token)) if (child) pending.push({ token: child, depth: depth + 1 });
  }
  return false;
}

import type { ProfilePoint } from '../../domain/profile.ts';
import { createRandom } from '../../statistics/random.ts';

/** All tokens of a point's iteration: KV of all running requests, or all prompts. */
export const tokensOf = ({ batch, contextTokens, promptTokens }: ProfilePoint): number => batch * (contextTokens ?? promptTokens ?? 0);

/** Groups in order of first appearance. */
export function groupBy<T, K>(items: readonly T[], keyOf: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group) group.push(item);
    else groups.set(keyOf(item), [item]);
  }
  return groups;
}

/** Fraction of the golden ratio: its multiples never fall into step with anything. */
const GOLDEN = 0.618034;

/** At most so many, spread over the order given; unevenly enough that a list which repeats itself is not hit at one phase only. */
export const thinned = <T>(items: readonly T[], most: number): readonly T[] =>
  items.length <= most
    ? items
    : Array.from({ length: most }, (_, i) => items[Math.floor(((i + ((i * GOLDEN) % 1)) * items.length) / most)]!);

/** In an order that has nothing to do with the given one, and is the same every time. */
export function stirred<T>(items: readonly T[]): T[] {
  const random = createRandom(1);
  return items
    .map((item) => ({ item, at: random.next() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
}

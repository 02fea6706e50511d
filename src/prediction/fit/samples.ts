import type { ProfilePoint } from '../../domain/profile.ts';
import type { LinearSample } from './linear.ts';

/** All tokens of a point's iteration: KV of all running requests, or all prompts. */
export const tokensOf = ({ batch, contextTokens, promptTokens }: ProfilePoint): number => batch * (contextTokens ?? promptTokens ?? 0);

export const sampleOf = (point: ProfilePoint, key: 'latencyMs' | 'energyJ'): LinearSample => ({
  batch: point.batch,
  tokens: tokensOf(point),
  value: point[key],
});

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

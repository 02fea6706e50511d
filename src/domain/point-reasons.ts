import type { ProfilePoint } from './profile.ts';

const MOST_REASONS = 3;

/** Why points are not valid, the most frequent reasons first, each with its count. */
export function reasonsText(points: readonly Pick<ProfilePoint, 'reasons'>[]): string {
  const counts = new Map<string, number>();
  for (const reason of points.flatMap(({ reasons }) => (reasons.length === 0 ? ['no reason given'] : reasons))) {
    // "the lock of 1005 MHz did not hold" at every clock is one reason.
    const kind = reason.replace(/\d+(\.\d+)?/g, 'N');
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  const most = [...counts].sort(([, a], [, b]) => b - a).slice(0, MOST_REASONS);
  return most.map(([text, count]) => `${count} x ${text}`).join(', ');
}

import type { RunRecord } from '../domain/run-record.ts';

/** What `errors.rate` counts: a request that its client gave up is nobody's failure. */
const unservedOf = ({ requests: { failed, rejected, unfinished } }: RunRecord): number => failed + rejected + unfinished;

/**
 * Requests that got no answer miss the promises and are in every figure, but alone they change no exit code: a rule has to say how many
 * are too many.
 * @param metrics that rules are about @returns null where all were served, or a rule looks at it
 */
export function unservedWarning(run: RunRecord, metrics: readonly string[]): string | null {
  const unserved = unservedOf(run);
  if (unserved === 0 || metrics.some((metric) => metric === 'errors.rate' || metric.startsWith('slo.'))) return null;
  const { offered, rejected } = run.requests;
  const refused = rejected === 0 ? '' : ` (${rejected} refused by the server)`;
  return `${unserved} of ${offered} requests were not served${refused}, and no threshold looks at that: with --threshold 'errors.rate<1%' it ends with 99.`;
}

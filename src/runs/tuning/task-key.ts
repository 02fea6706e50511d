import type { EvaluationTask } from '../../tuning/types.ts';

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

function sorted(value: Json): Json {
  if (Array.isArray(value)) return (value as readonly Json[]).map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, one]) => [key, sorted(one)]));
}

/** Plain data as one text, whatever the order of its keys: equal texts are equal data. */
export const canonicalText = (value: unknown): string => JSON.stringify(sorted(JSON.parse(JSON.stringify(value)) as Json));

/** What names a run of the simulator, in a journal and in memory. */
export const taskKey = (task: EvaluationTask): string => canonicalText(task);

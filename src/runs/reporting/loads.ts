import type { Role } from '../../domain/instance.ts';
import type { RunRecord } from '../../domain/run-record.ts';
import { MS_PER_S } from '../../domain/units.ts';

/** Where a run tells nothing of its requests. */
const UNKNOWN_PROMPT_TOKENS = 1024;
const UNKNOWN_OUTPUT_TOKENS = 256;
const LEAST_PROMPT_TOKENS = 128;
const MOST_PROMPT_TOKENS = 32_768;
const MOST_RUNNING = 1024;

const per = (sum: number, count: number, otherwise: number): number => (count > 0 && sum > 0 ? sum / count : otherwise);

const total = (runs: readonly RunRecord[], of: (run: RunRecord) => number): number => runs.reduce((sum, run) => sum + of(run), 0);

const promptTokensOf = (runs: readonly RunRecord[]): number =>
  per(
    total(runs, ({ inputTokens }) => inputTokens),
    total(runs, ({ requests }) => requests.completed),
    UNKNOWN_PROMPT_TOKENS,
  );

/** KV of a running request in the middle of its answer: the mean of all runs. */
export function contextTokensOf(runs: readonly RunRecord[]): number {
  const completed = total(runs, ({ requests }) => requests.completed);
  const outputTokens = per(
    total(runs, (run) => run.outputTokens),
    completed,
    UNKNOWN_OUTPUT_TOKENS,
  );
  return Math.round(promptTokensOf(runs) + outputTokens / 2);
}

/** The most requests of one instance of a role in any step; null where the record tells nothing of them. */
function mostSeen({ series }: RunRecord, role: Role): number | null {
  const seen = series.instances.flatMap((one) => (one.role === role ? (one.requests ?? []) : [])).filter((value) => value !== null);
  return seen.length === 0 ? null : seen.reduce((most, value) => Math.max(most, value), 0);
}

/** By Little's law, as a mean over all instances. */
function meanRunning({ outputTokensPerS, itlMs, config }: RunRecord): number {
  const instances = config.decode + (config.aggregated ?? 0);
  return (outputTokensPerS * (itlMs.mean ?? 0)) / MS_PER_S / Math.max(1, instances);
}

/** Powers of two, the last one not below `most`. */
function doubling(from: number, most: number): number[] {
  const loads = [from];
  while (loads.at(-1)! < most) loads.push(loads.at(-1)! * 2);
  return loads;
}

/** Loads up to what the runs saw. Decode: running requests. Prefill: prompt tokens of an iteration, those that waited together included. */
export function loadsOf(runs: readonly RunRecord[], role: Role): readonly number[] {
  const most = Math.max(...runs.map((run) => mostSeen(run, role) ?? (role === 'decode' ? meanRunning(run) : 1)));
  if (role === 'decode') return doubling(1, Math.min(MOST_RUNNING, most));
  return doubling(LEAST_PROMPT_TOKENS, Math.min(MOST_PROMPT_TOKENS, Math.max(1, most) * promptTokensOf(runs)));
}

import type { RunNumbers } from './tally.ts';

const MS_PER_S = 1000;

/** Sums of the same work on several seeds. */
export interface Pooled {
  readonly energyJ: number;
  readonly goodTokens: number;
  readonly outputTokens: number;
  readonly ttftPct: number;
  readonly itlPct: number;
  readonly jointPct: number;
  readonly gapsPct: number;
  /** The worst of the seeds. */
  readonly gapP99Ms: number;
}

export const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
export const least = (values: readonly number[]): number => Math.min(...values);
export const most = (values: readonly number[]): number => Math.max(...values);

/** The value below which a tenth lies, by nearest rank. */
export const p10 = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.max(0, Math.ceil(values.length / 10) - 1)]!;

/** Energy until `spanMs`, the time after the run's own end at its idle power. */
const untilJ = ({ energyJ, idleW, spanMs }: RunNumbers, endMs: number): number => energyJ + (idleW * (endMs - spanMs)) / MS_PER_S;

/** @param ends until when each seed's energy counts: the longest of all runs that are compared */
function pooled(runs: readonly RunNumbers[], ends: readonly number[]): Pooled {
  const over = (value: (run: RunNumbers) => number): number => mean(runs.map(value));
  return {
    energyJ: runs.reduce((sum, run, i) => sum + untilJ(run, ends[i]!), 0),
    goodTokens: runs.reduce((sum, { goodTokens }) => sum + goodTokens, 0),
    outputTokens: runs.reduce((sum, { outputTokens }) => sum + outputTokens, 0),
    ttftPct: over(({ ttftPct }) => ttftPct),
    itlPct: over(({ itlPct }) => itlPct),
    jointPct: over(({ jointPct }) => jointPct),
    gapsPct: over(({ gapsPct }) => gapsPct),
    gapP99Ms: most(runs.map(({ gapP99Ms }) => gapP99Ms)),
  };
}

/** The same seeds under several contenders, over a span that all of them share. */
export function onCommonSpan<K extends string>(runs: Readonly<Record<K, readonly RunNumbers[]>>): Record<K, Pooled> {
  const all = Object.values<readonly RunNumbers[]>(runs);
  const ends = all[0]!.map((_, seed) => most(all.map((each) => each[seed]!.spanMs)));
  return Object.fromEntries(Object.entries<readonly RunNumbers[]>(runs).map(([name, each]) => [name, pooled(each, ends)])) as Record<
    K,
    Pooled
  >;
}

/** Percent less energy per output token. */
export const savedPct = (from: Pooled, to: Pooled): number => 100 * (1 - to.energyJ / to.outputTokens / (from.energyJ / from.outputTokens));

/** Percent more energy per token of the requests that kept both SLOs; where nobody kept any, per token. */
export function goodTokenCostPct(from: Pooled, to: Pooled): number {
  const tokens = (run: Pooled): number => (from.goodTokens > 0 && to.goodTokens > 0 ? run.goodTokens : run.outputTokens);
  return 100 * (to.energyJ / tokens(to) / (from.energyJ / tokens(from)) - 1);
}

/** How far below the reference the joint attainment may lie, in points: less where hardly anybody is served in time. */
export const jointAllowance = (reference: Pooled): number => (reference.jointPct < 50 ? 1 : 0.5);

import type { BenchLoad } from '../domain/bench.ts';
import type { RunConfig, RunRecord } from '../domain/run-record.ts';

/** More difference than this in delivered work, and joules per token no longer compare. */
export const WORK_TOLERANCE = 0.005;

/** What was asked of a run, done or planned. */
export interface Asked {
  readonly config: RunConfig;
  readonly seed: number;
  /** Null for what is no bench. */
  readonly load: BenchLoad | null;
}

type Field<T> = readonly [name: string, of: (asked: T) => number | string | null];

/** What makes two runs runs of the same requests under the same promises. */
const SAME: readonly Field<Asked>[] = [
  ['workload', ({ config }) => config.workload],
  ['rate', ({ config }) => config.rate],
  ['model', ({ config }) => config.model],
  ['tensor parallelism', ({ config }) => config.tp],
  ['TTFT SLO', ({ config }) => config.slo.ttftMs],
  ['ITL SLO', ({ config }) => config.slo.itlMs],
];

/** A schedule's hash says it all; without it, the seed is the best that is known. */
const SEED: Field<Asked> = ['seed', ({ seed }) => seed];
const LOAD: readonly Field<BenchLoad>[] = [
  ['API', ({ api }) => api],
  ['kind of loop', ({ loop }) => loop],
  ['concurrency', ({ concurrency }) => concurrency],
  ['schedule (times, lengths or prefixes of requests)', ({ scheduleHash }) => scheduleHash.slice(0, 12)],
];

const shown = (value: number | string | null): string => (value === null ? 'none' : String(value));

const unlike = <T>(fields: readonly Field<T>[], a: T, b: T): string[] =>
  fields.filter(([, of]) => of(a) !== of(b)).map(([name, of]) => `The runs differ in ${name}: ${shown(of(a))} and ${shown(of(b))}`);

/** Why the one cannot be the other's baseline, before either has run; empty when it can. */
export const askedDifferently = (baseline: Asked, candidate: Asked): string[] => [
  ...unlike(SAME, baseline, candidate),
  ...(baseline.load && candidate.load ? unlike(LOAD, baseline.load, candidate.load) : unlike([SEED], baseline, candidate)),
];

export const askedOf = ({ config, seed, bench }: RunRecord): Asked => ({ config, seed, load: bench?.load ?? null });

const OFFERED: Field<RunRecord> = ['offered requests', ({ requests }) => requests.offered];

const WORK: readonly (readonly [name: string, of: (run: RunRecord) => number])[] = [
  ['prompt tokens', (run) => run.inputTokens],
  ['output tokens', (run) => run.outputTokens],
];

const unequalWork = (baseline: RunRecord, candidate: RunRecord): string[] =>
  WORK.filter(([, of]) => Math.abs(of(baseline) - of(candidate)) > WORK_TOLERANCE * Math.max(of(baseline), of(candidate))).map(
    ([name, of]) => `The completed ${name} differ by more than 0.5 %: ${of(baseline)} and ${of(candidate)}`,
  );

const ownReasons = (name: string, run: RunRecord): string[] => [
  ...(run.validity.verdict === 'invalid' ? run.validity.reasons.map((reason) => `The ${name} is not valid: ${reason}`) : []),
  ...(run.requests.completed === 0 ? [`The ${name} completed no request`] : []),
];

/** Why two runs must not be compared; empty when they may. */
export const unfairBecause = (baseline: RunRecord, candidate: RunRecord): string[] => [
  ...askedDifferently(askedOf(baseline), askedOf(candidate)),
  ...unlike([OFFERED], baseline, candidate),
  ...unequalWork(baseline, candidate),
  ...ownReasons('baseline', baseline),
  ...ownReasons('candidate', candidate),
];

import type { RunRecord } from '../domain/run-record.ts';

/** More difference than this in delivered work, and joules per token no longer compare. */
const WORK_TOLERANCE = 0.005;

type Field = readonly [name: string, of: (run: RunRecord) => number | string | null];

/** What makes two runs runs of the same requests under the same promises. */
const SAME: readonly Field[] = [
  ['workload', (run) => run.config.workload],
  ['rate', (run) => run.config.rate],
  ['seed', (run) => run.seed],
  ['offered requests', (run) => run.requests.offered],
  ['model', (run) => run.config.model],
  ['tensor parallelism', (run) => run.config.tp],
  ['TTFT SLO', (run) => run.config.slo.ttftMs],
  ['ITL SLO', (run) => run.config.slo.itlMs],
];

const WORK: readonly (readonly [name: string, of: (run: RunRecord) => number])[] = [
  ['prompt tokens', (run) => run.inputTokens],
  ['output tokens', (run) => run.outputTokens],
];

const differences = (baseline: RunRecord, candidate: RunRecord): string[] =>
  SAME.filter(([, of]) => of(baseline) !== of(candidate)).map(
    ([name, of]) => `The runs differ in ${name}: ${of(baseline)} and ${of(candidate)}`,
  );

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
  ...differences(baseline, candidate),
  ...unequalWork(baseline, candidate),
  ...ownReasons('baseline', baseline),
  ...ownReasons('candidate', candidate),
];

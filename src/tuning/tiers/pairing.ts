import { gpusOf, type Evaluation } from '../../domain/tuning.ts';
import { tokensOf } from '../search/objective.ts';
import { choiceKey } from '../search/settings.ts';
import { standingOf, type Criteria } from '../search/standing.ts';
import type { Judged, SearchOutcome } from '../types.ts';

/** What both tiers together may take. */
export interface SharedBounds {
  readonly gpus: { readonly least: number; readonly most: number };
  readonly powerBudgetW: number | null;
}

/** A configuration of each tier. */
export interface Pair {
  readonly interactive: Judged;
  readonly batch: Judged;
}

/** One that may be paired. */
interface Candidate {
  readonly judged: Judged;
  readonly gpus: number;
  readonly peakW: number;
  /** Of the objective, per second of its load. */
  readonly costPerS: number;
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** The largest second of any run; Infinity where one of them has no meter. */
const peakWOf = (evaluations: readonly Evaluation[]): number => Math.max(...evaluations.map(({ peakPowerW }) => peakPowerW ?? Infinity));

function candidateOf(judged: Judged, criteria: Criteria): Candidate | null {
  const { sure, cost } = standingOf(judged.evaluations, criteria);
  if (!sure) return null;
  const tokensPerS = sum(judged.evaluations.map(tokensOf)) / sum(judged.evaluations.map(({ spanS }) => spanS));
  return { judged, gpus: gpusOf(judged.choice), peakW: peakWOf(judged.evaluations), costPerS: cost * tokensPerS };
}

const loadsOf = ({ evaluations }: Judged): string => JSON.stringify(evaluations.map(({ fidelity }) => fidelity));

/** The configurations of a search that were judged on the loads of its best and surely keep the target, the best first. */
export function keepers(outcome: SearchOutcome, criteria: Criteria): Candidate[] {
  const { best, runnerUp, front } = outcome;
  if (best === null) return [];
  const all = [best, ...(runnerUp === null ? [] : [runnerUp]), ...front].filter((judged) => loadsOf(judged) === loadsOf(best));
  const distinct = new Map([...all].reverse().map((judged) => [choiceKey(judged.choice), judged]));
  return [...distinct.values()].reverse().flatMap((judged) => candidateOf(judged, criteria) ?? []);
}

const fits = (one: Candidate, other: Candidate, { gpus, powerBudgetW }: SharedBounds): boolean => {
  const together = one.gpus + other.gpus;
  const within = powerBudgetW === null || one.peakW + other.peakW <= powerBudgetW;
  return within && together >= gpus.least && together <= gpus.most;
};

/** The pair of least objective per second within the bounds, both peaks taken to come at once; the first of equal ones. Null where none fits. */
export function leastPair(interactive: readonly Candidate[], batch: readonly Candidate[], bounds: SharedBounds): Pair | null {
  const pairs = interactive.flatMap((one) => batch.filter((other) => fits(one, other, bounds)).map((other) => ({ one, other })));
  const costOf = ({ one, other }: (typeof pairs)[number]): number => one.costPerS + other.costPerS;
  const [first, ...rest] = pairs;
  if (first === undefined) return null;
  const least = rest.reduce((best, pair) => (costOf(pair) < costOf(best) ? pair : best), first);
  return { interactive: least.one.judged, batch: least.other.judged };
}

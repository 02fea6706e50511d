import { gpusOf } from '../../domain/tuning.ts';
import type { Judged } from '../types.ts';
import { jointAttainment } from './attainment-bound.ts';
import { objectiveOfAll } from './objective.ts';
import { byCost, type Criteria, type Entry } from './standing.ts';

const dominates = (a: readonly number[], b: readonly number[]): boolean =>
  a.every((value, i) => value <= b[i]!) && a.some((value, i) => value < b[i]!);

/** Those that no other beats: smaller or equal in everything, and smaller in something. All values are to be small. Equal ones stay. */
export const undominated = (points: readonly (readonly number[])[]): number[] =>
  points.flatMap((point, i) => (points.some((other) => dominates(other, point)) ? [] : [i]));

const meanOf = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0) / values.length;

const coordinates = ({ choice, evaluations, standing }: Entry): number[] => [
  standing.cost,
  -standing.joint,
  -meanOf(evaluations.map(({ goodputRps }) => goodputRps)),
  gpusOf(choice),
];

/** What no other beats in objective, attainment, goodput and GPUs at once; cheapest first. Overloaded ones and those above the power budget are left out. */
export function frontOf(entries: readonly Entry[]): Entry[] {
  const running = entries.filter(
    ({ evaluations, standing }) => standing.cost < Infinity && standing.withinPower && evaluations.every(({ overloaded }) => !overloaded),
  );
  const front = undominated(running.map(coordinates)).map((i) => running[i]!);
  // A setting that never came to bear makes another configuration, and the same point: one of them says it all.
  const points = new Map([...front].reverse().map((entry) => [coordinates(entry).join(), entry]));
  return [...points.values()].sort(byCost);
}

/** On its side of the chord a knee lies at least this far from it, both axes from 0 to 1. */
const FLAT = 1e-9;

/**
 * Where more attainment begins to cost much: the point farthest below the straight line from the cheapest to the one that attains
 * most, objective and attainment each scaled to [0, 1] over the front. Null without one.
 */
export function kneeOf(front: readonly Judged[], { objective, prices }: Pick<Criteria, 'objective' | 'prices'>): number | null {
  const costs = front.map(({ evaluations }) => objectiveOfAll(evaluations, objective, prices) ?? Infinity);
  const misses = front.map(({ evaluations }) => 1 - (jointAttainment(evaluations) ?? 0));
  const scaled = (values: readonly number[]): number[] => {
    const [least, most] = [Math.min(...values), Math.max(...values)];
    return values.map((value) => (most > least ? (value - least) / (most - least) : 0));
  };
  if (new Set(costs).size < 2 || new Set(misses).size < 2) return null;
  const [x, y] = [scaled(costs), scaled(misses)];
  const cheapest = indexOfLeast(x, y);
  const careful = indexOfLeast(y, x);
  const [dx, dy] = [x[careful]! - x[cheapest]!, y[cheapest]! - y[careful]!];
  // Twice the area under the chord: proportional to the distance, since the chord is the same for all.
  const below = front.map((_, i) => dx * (y[cheapest]! - y[i]!) - dy * (x[i]! - x[cheapest]!));
  const farthest = below.indexOf(Math.max(...below));
  return below[farthest]! > FLAT ? farthest : null;
}

/** The least of the first, then of the second. */
function indexOfLeast(first: readonly number[], second: readonly number[]): number {
  return first.reduce((best, _, i) => (first[i]! < first[best]! || (first[i] === first[best] && second[i]! < second[best]!) ? i : best), 0);
}

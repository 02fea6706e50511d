import type { Role } from '../../domain/instance.ts';
import { rowsOf, type FitPoint } from './fit-point.ts';
import { groupBy, stirred } from './samples.ts';

/** Points to hold out together, and those to fit without them. */
export interface Fold {
  /** `group`: all points of a clock, or of a load. */
  readonly by: 'point' | 'group';
  readonly heldOut: readonly FitPoint[];
  readonly others: readonly FitPoint[];
}

const MOST_POINT_FOLDS = 5;
const MOST_GROUP_FOLDS = 3;
/** Fewer points than this are not fitted. */
const LEAST_OTHERS = 3;

/** Dealt out in turn, so that neighbours fall into different hands; in an order of its own, or points listed clock by clock would be dealt by clock. */
function dealt<T>(items: readonly T[], hands: number): T[][] {
  const result: T[][] = Array.from({ length: Math.min(hands, items.length) }, () => []);
  stirred(items).forEach((item, i) => result[i % result.length]!.push(item));
  return result;
}

/** Values between the lowest and the highest: beyond those an answer is out of range, and promises nothing. */
const inner = (values: readonly number[]): number[] => [...new Set(values)].sort((a, b) => a - b).slice(1, -1);

function foldsBy(points: readonly FitPoint[], keyOf: (point: FitPoint) => number): Fold[] {
  return dealt(inner(points.map(keyOf)), MOST_GROUP_FOLDS).map((keys) => {
    const out = new Set(keys);
    return {
      by: 'group',
      heldOut: points.filter((point) => out.has(keyOf(point))),
      others: points.filter((point) => !out.has(keyOf(point))),
    };
  });
}

/** Measurements of the same load at the same clock are held out together, or the fit would have seen it. */
function foldsByPoint(points: readonly FitPoint[]): Fold[] {
  const loads = [...groupBy(points, ({ clockMhz, batch, tokens }) => `${clockMhz}/${batch}/${tokens}`).values()];
  return dealt(loads, MOST_POINT_FOLDS).map((groups) => {
    const out = new Set(groups.flat());
    return { by: 'point', heldOut: [...out], others: points.filter((point) => !out.has(point)) };
  });
}

/** By point, by clock and by load: what is asked of a fit later is seldom at a clock and a load that were measured. */
export const foldsOf = (phase: Role, points: readonly FitPoint[]): Fold[] =>
  [...foldsByPoint(points), ...foldsBy(points, ({ clockMhz }) => clockMhz), ...foldsBy(points, (point) => rowsOf(phase, point))].filter(
    ({ heldOut, others }) => heldOut.length > 0 && others.length >= LEAST_OTHERS,
  );

import type { ProfilePoint } from '../../../domain/profile.ts';
import type { Designer, PlannedPoint } from '../../../ports/designer.ts';
import { createRandom } from '../../../statistics/random.ts';
import { gridPoints } from './grid.ts';
import type { LoadSpace } from './loads.ts';
import { candidates, mostUncertain, type FitSurrogate, type Surrogate } from './refine.ts';
import { nextRung, type Rung } from './steps.ts';

export interface AdaptiveOptions {
  readonly space: LoadSpace;
  /** Those that the sweep may lock, ascending. */
  readonly clocksMhz: readonly number[];
  /** Those of the coarse grid. */
  readonly gridClocksMhz: readonly number[];
  readonly fit: FitSurrogate;
  readonly seed: number;
  /** Held-out latency error that is good enough. */
  readonly targetPct: number;
}

/** Points are chosen so many at a time: a fit costs more than a point's share of it. */
const ROUND = 4;
/** Whoever stops at once has held out only points of the grid. */
const FEWEST_ROUNDS = 2;
const MOST_ROUNDS = 40;

/** Where steps are looked for: each load has so many rows of the GEMMs, and nothing else that could make a step. */
interface StepLoads {
  readonly largestRows: number;
  readonly loadOf: (rows: number) => Omit<PlannedPoint, 'clockMhz'>;
}

/** Beyond, a tile more or less is a small part of an iteration, and the tiles below tell where the next ones end. */
const MOST_STEP_TOKENS = 768;

const stepLoads = ({ role, batch, tokens: [shortest, longest] }: LoadSpace): StepLoads =>
  role === 'decode'
    ? { largestRows: batch[1], loadOf: (rows) => ({ batch: rows, tokens: shortest, why: 'batch steps' }) }
    : { largestRows: Math.min(longest, MOST_STEP_TOKENS), loadOf: (rows) => ({ batch: 1, tokens: rows, why: 'token steps' }) };

/** A load that was not admitted tells of no step: it counts as much as the one measured before it. */
const rungsOf = (points: readonly ProfilePoint[]): Rung[] =>
  points.map(({ batch, promptTokens, latencyMs }, i) => {
    const known = latencyMs > 0 ? latencyMs : (points.slice(0, i).findLast((before) => before.latencyMs > 0)?.latencyMs ?? 1);
    return { rows: promptTokens ?? batch, latencyMs: known };
  });

/** The rungs measured so far, and the next one: the k-th point of this stage answers the k-th question. */
function nextStep(
  { space, clocksMhz }: AdaptiveOptions,
  points: readonly ProfilePoint[],
): { readonly next: PlannedPoint | null; readonly used: number } {
  const { largestRows, loadOf } = stepLoads(space);
  for (let used = 0; ; used++) {
    const rungs = rungsOf(points.slice(0, used));
    const rows = nextRung(rungs, largestRows);
    if (rows === null) return { next: null, used };
    if (used === points.length) return { next: { ...loadOf(rows), clockMhz: clocksMhz.at(-1)! }, used };
  }
}

/**
 * Coarse grid, then the steps in batch or tokens by bisection at the highest clock, then wherever two fitted models contradict each
 * other most, until the held-out error of the latency is small enough.
 */
export function adaptiveDesign(options: AdaptiveOptions): Designer {
  const { space, clocksMhz, gridClocksMhz, fit, seed, targetPct } = options;
  const random = createRandom(seed);
  const grid = gridPoints(space, gridClocksMhz, random.fork('grid'));
  const pool = candidates(space, clocksMhz, random.fork('candidates'));
  let last: { readonly points: number; readonly round: readonly PlannedPoint[]; readonly surrogate: Surrogate | null } | null = null;

  const roundAfter = (points: readonly ProfilePoint[]): NonNullable<typeof last> => {
    if (last?.points === points.length) return last;
    const valid = points.filter((point) => point.valid);
    const surrogate = fit(valid);
    last = { points: points.length, surrogate, round: mostUncertain(pool, points, surrogate, { space, clocksMhz, count: ROUND }) };
    return last;
  };

  const refine = (points: readonly ProfilePoint[], from: number): PlannedPoint | null => {
    const rounds = Math.floor((points.length - from) / ROUND);
    const { round, surrogate } = roundAfter(points.slice(0, from + rounds * ROUND));
    const known = surrogate?.heldOutPct ?? Infinity;
    if (rounds >= MOST_ROUNDS || (rounds >= FEWEST_ROUNDS && known <= targetPct)) return null;
    return round[points.length - from - rounds * ROUND] ?? null;
  };

  return {
    next(points) {
      if (points.length < grid.length) return grid[points.length]!;
      const steps = nextStep(options, points.slice(grid.length));
      return steps.next ?? refine(points, grid.length + steps.used);
    },
  };
}

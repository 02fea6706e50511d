import type { FittedLevel, FittedSegment, LinearTerm } from '../../domain/profile.ts';
import { findSteps } from './find-steps.ts';
import { rowsOf, type FitPoint, type IdlePoint, type InstanceData } from './fit-point.ts';
import { fitNonNegative } from './linear.ts';
import {
  ENERGY_BASIS,
  fitPooled,
  inliers,
  LATENCY_BASIS,
  loadFeatures,
  pooledAt,
  type Observation,
  type Place,
  type Pooled,
} from './staircase.ts';

type Quantity = 'latencyMs' | 'energyJ';
const QUANTITIES = [
  ['latencyMs', LATENCY_BASIS],
  ['energyJ', ENERGY_BASIS],
] as const;

/** What a model of all clocks says of a load counts as this much of a measurement, for clocks with few of their own. */
const BORROWED_WEIGHT = 0.05;
/** Points for each coefficient of the pooled model, below which its errors do not tell an outlier. */
const POINTS_PER_COEFFICIENT = 2;

const span = (values: readonly number[]): readonly [number, number] => [
  values.reduce((least, value) => Math.min(least, value), Infinity),
  values.reduce((most, value) => Math.max(most, value), -Infinity),
];

interface Shape {
  readonly data: InstanceData;
  readonly topMhz: number;
  /** What never varied cannot be told from the constant, so it is left to that: 0 stands for it in every load. */
  readonly varies: { readonly batch: boolean; readonly tokens: boolean };
}

function shapeOf(data: InstanceData): Shape {
  const varies = (key: 'batch' | 'tokens'): boolean => data.points.some((point) => point[key] !== data.points[0]![key]);
  const topMhz = span(data.points.map(({ clockMhz }) => clockMhz))[1];
  return { data, topMhz, varies: { batch: varies('batch'), tokens: varies('tokens') } };
}

type Load = Omit<Place, 'period'>;

const placed = ({ varies }: Shape, { rows, batch, tokens }: Load): Load => ({
  rows,
  batch: varies.batch ? batch : 0,
  tokens: varies.tokens ? tokens : 0,
});

const observationOf = ({ data, topMhz, varies }: Shape, point: FitPoint, quantity: Quantity): Observation => ({
  rows: rowsOf(data.phase, point),
  batch: varies.batch ? point.batch : 0,
  tokens: varies.tokens ? point.tokens : 0,
  period: topMhz / point.clockMhz,
  value: point[quantity],
});

const observe = (shape: Shape, points: readonly FitPoint[], quantity: Quantity): Observation[] =>
  points.map((point) => observationOf(shape, point, quantity));

function withoutOutliers(shape: Shape, points: readonly FitPoint[], steps: readonly number[]): readonly FitPoint[] {
  const coefficients = LATENCY_BASIS.length * loadFeatures(steps, { rows: 0, batch: 0, tokens: 0 }).length;
  if (points.length < POINTS_PER_COEFFICIENT * coefficients) return points;
  const kept = QUANTITIES.map(([quantity, basis]) => inliers(observe(shape, points, quantity), basis, steps));
  return points.filter((_, i) => kept.every((inlier) => inlier[i]));
}

/** Stretches of rows between steps, inclusive, of everything measured. */
function stretches(steps: readonly number[], [lowest, highest]: readonly [number, number]): (readonly [number, number])[] {
  const starts = [lowest, ...steps.map((step) => step + 1)];
  return starts.map((start, i) => [start, steps[i] ?? highest] as const);
}

/** Loads at the corners of every stretch: its ends, with the least and the most tokens that a request had. */
function cornersOf(shape: Shape, steps: readonly number[]): Load[] {
  const { phase, points } = shape.data;
  const each = span(points.map(({ batch, tokens }) => tokens / batch));
  const batches = span(points.map(({ batch }) => batch));
  const ends = stretches(steps, span(points.map((point) => rowsOf(phase, point)))).flat();
  const corners = ends.flatMap((rows) =>
    phase === 'decode'
      ? each.map((tokens) => ({ rows, batch: rows, tokens: rows * tokens }))
      : batches.map((batch) => ({ rows, batch, tokens: rows })),
  );
  return corners.map((corner) => placed(shape, corner));
}

/** One clock's staircase: its own measurements, and a little of the pooled model where it has none. */
function levelCoefficients(shape: Shape, clockMhz: number, own: readonly Observation[], pooled: Pooled): number[] {
  const period = shape.topMhz / clockMhz;
  const borrowed = cornersOf(shape, pooled.steps).map((load) => ({ load, value: pooledAt(pooled, { ...load, period }) }));
  const usable = borrowed.filter(({ value }) => value > 0);
  return fitNonNegative({
    features: [...own, ...usable.map(({ load }) => load)].map((load) => loadFeatures(pooled.steps, load)),
    values: [...own, ...usable].map(({ value }) => value),
    weights: [...own.map(() => 1), ...usable.map(() => BORROWED_WEIGHT)],
  });
}

/** The line of a staircase on each of its stretches. */
const termsOf = ([perSequence, perToken, constant, ...rises]: readonly number[]): LinearTerm[] => {
  let height = constant!;
  return [0, ...rises].map((rise) => ({ perSequence: perSequence!, perToken: perToken!, constant: (height += rise) }));
};

/** Idle power of all GPUs at a clock: measured there, or at the nearest clock at which it was; 0 where it never was. */
const idleAt = (idle: readonly IdlePoint[], clockMhz: number): number =>
  idle.toSorted((a, b) => Math.abs(a.clockMhz - clockMhz) - Math.abs(b.clockMhz - clockMhz))[0]?.powerW ?? 0;

function levelOf(shape: Shape, clockMhz: number, points: readonly FitPoint[], pooled: Record<Quantity, Pooled>): FittedLevel {
  const own = points.filter((point) => point.clockMhz === clockMhz);
  const [latency, energy] = QUANTITIES.map(([quantity]) =>
    termsOf(levelCoefficients(shape, clockMhz, observe(shape, own, quantity), pooled[quantity])),
  ) as [LinearTerm[], LinearTerm[]];
  const ranges = stretches(pooled.latencyMs.steps, span(shape.data.points.map((point) => rowsOf(shape.data.phase, point))));
  return {
    clockMhz,
    idleW: idleAt(shape.data.idle, clockMhz),
    segments: ranges.map((batch, i): FittedSegment => ({ batch, latencyMs: latency[i]!, energyJ: energy[i]! })),
  };
}

export interface SegmentsFit {
  /** Ascending by clock. */
  readonly levels: readonly FittedLevel[];
  /** Points that go along with the others. */
  readonly kept: ReadonlySet<FitPoint>;
}

/**
 * The reference's form (EcoPred): per clock and stretch of batches, latency and energy as a line in batch and tokens. Where the stretches
 * end is found in the data of all clocks together. Coefficients are not negative, and steps go up only, so more load never predicts less.
 */
export function fitSegments(data: InstanceData): SegmentsFit {
  const shape = shapeOf(data);
  const plausible = withoutOutliers(shape, data.points, []);
  const steps = findSteps(observe(shape, plausible, 'latencyMs'));
  const kept = withoutOutliers(shape, plausible, steps);
  const pooled = Object.fromEntries(
    QUANTITIES.map(([quantity, basis]) => [quantity, fitPooled(observe(shape, kept, quantity), basis, steps)]),
  ) as Record<Quantity, Pooled>;
  const clocksMhz = [...new Set(data.points.map(({ clockMhz }) => clockMhz))].sort((a, b) => a - b);
  return { levels: clocksMhz.map((clockMhz) => levelOf(shape, clockMhz, kept, pooled)), kept: new Set(kept) };
}

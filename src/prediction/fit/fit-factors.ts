import { levenbergMarquardt } from 'ml-levenberg-marquardt';
import type { FittedCards, FittedFactors } from '../../domain/profile.ts';
import { NO_DIFFERENCE } from '../analytic/personality.ts';
import { PhysicsModel } from '../physics.ts';
import type { FitPoint, InstanceData } from './fit-point.ts';
import { robustSigma, softened } from './robust.ts';
import { thinned } from './samples.ts';

/** Factors that vary continuously, and how far from 1 they are expected (in e-foldings): what no data speaks of stays near its card. */
const SPREAD = {
  gemm: 0.2,
  attention: 0.2,
  bandwidth: 0.2,
  overhead: 0.25,
  knee: 0.08,
  activePower: 0.3,
  dynamicPower: 0.12,
  powerGain: 0.03,
} as const;
type Free = keyof typeof SPREAD;
const FREE = Object.keys(SPREAD) as Free[];
/** In spreads; beyond, the cards are of another device and this model should lose to segments. */
const MOST_SPREADS = 5;

export const UNIT_FACTORS: FittedFactors = { ...NO_DIFFERENCE, powerGain: 1 };

/** Relative noise that is assumed of latency and power, until a first fit tells. */
export interface Noise {
  readonly latency: number;
  readonly power: number;
}
const FIRST_NOISE: Noise = { latency: 0.03, power: 0.03 };
/** No model is better than this: keeps a noiseless profile from rejecting its own points. */
const LEAST_NOISE = 0.003;
/** Readings further off than this many sigmas are set aside after the first fit. */
const OUTLIER_SIGMAS = 5;
/** Points that choose the tile, and points that refine the factors; of more, an even selection tells the same. */
const MOST_SKETCHED = 100;
const MOST_FITTED = 1000;
const TILE_STEP_ROWS = 8;
const TILES_NEARBY = 3;
const TILE_SPREAD = 0.2;
const FIRST_ITERATIONS = 4;
const FINER_ITERATIONS = 3;

interface Question {
  readonly data: InstanceData;
  readonly cards: FittedCards;
  readonly noise: Noise;
  /** Errors beyond pull no more, as if the reading were not there: only for a start that is near. */
  readonly mostSigmas: number;
}

const modelOf = ({ data, cards }: Question, factors: FittedFactors): PhysicsModel => new PhysicsModel(cards, data.tp, data.phase, factors);

/** Logarithms of predicted to measured: latencies, then powers, then idle powers. */
function errorsOf(question: Question, factors: FittedFactors): { latency: number[]; power: number[]; idle: number[] } {
  const { data } = question;
  const model = modelOf(question, factors);
  const latency: number[] = [];
  const power: number[] = [];
  for (const point of data.points) {
    const estimate = model.estimate(point, point.clockMhz);
    latency.push(Math.log(estimate.latencyMs / point.latencyMs));
    power.push(Math.log(model.shownW(estimate.powerW) / point.powerW));
  }
  return { latency, power, idle: data.idle.map(({ clockMhz, powerW }) => Math.log(model.idleW(clockMhz) / powerW)) };
}

const factorsAt = (logs: readonly number[], tile: number): FittedFactors => ({
  ...UNIT_FACTORS,
  ...Object.fromEntries(FREE.map((key, i) => [key, Math.exp(logs[i]!)])),
  tile,
});

const residualsOf = (question: Question, factors: FittedFactors): number[] => {
  const { latency, power } = question.noise;
  const errors = errorsOf(question, factors);
  const { mostSigmas } = question;
  return [
    ...errors.latency.map((error) => softened(error / latency, mostSigmas)),
    ...[...errors.power, ...errors.idle].map((error) => softened(error / power, mostSigmas)),
    ...FREE.map((key) => Math.log(factors[key]) / SPREAD[key]),
  ];
};

interface Fit {
  readonly factors: FittedFactors;
  /** Sum of squared residuals, priors included. */
  readonly cost: number;
}

/** Without loads around a step, any tile would do: the card's then. */
const tilePrior = (tile: number): number => (Math.log(tile) / TILE_SPREAD) ** 2;

const costOf = (question: Question, factors: FittedFactors): number =>
  residualsOf(question, factors).reduce((sum, residual) => sum + residual * residual, tilePrior(factors.tile));

function refined(question: Question, start: FittedFactors, iterations: number): Fit {
  const initialValues = FREE.map((key) => Math.log(start[key]));
  const count = 2 * question.data.points.length + question.data.idle.length + FREE.length;
  const x = Float64Array.from({ length: count }, (_, i) => i);
  const { parameterValues, parameterError } = levenbergMarquardt(
    { x, y: new Float64Array(count) },
    (logs) => {
      const residuals = residualsOf(question, factorsAt(logs, start.tile));
      return (i) => residuals[i]!;
    },
    {
      initialValues,
      minValues: FREE.map((key) => -MOST_SPREADS * SPREAD[key]),
      maxValues: FREE.map((key) => MOST_SPREADS * SPREAD[key]),
      gradientDifference: 1e-3,
      damping: 1e-2,
      errorTolerance: 1e-9,
      maxIterations: iterations,
    },
  );
  return { factors: factorsAt(parameterValues, start.tile), cost: parameterError + tilePrior(start.tile) };
}

/** Tile sizes within a third of the card's, in the steps in which kernels come. */
function tileCandidates({ gpu: { tile } }: FittedCards): number[] {
  const steps = Math.floor(tile.large / 3 / TILE_STEP_ROWS);
  return Array.from({ length: 2 * steps + 1 }, (_, i) => (tile.large + (i - steps) * TILE_STEP_ROWS) / tile.large);
}

/**
 * The tile moves in steps, so each size has to be tried. From a fit that is near, what each costs there tells which deserve more; from the
 * cards alone the other factors would be wrong by more than a tile makes up for, so all of them get it.
 */
function withBestTile(question: Question, start: FittedFactors, tries: number): FittedFactors {
  const all = tileCandidates(question.cards).map((tile) => ({ ...start, tile }));
  const costs = new Map(all.map((factors) => [factors, costOf(question, factors)]));
  const promising = all.toSorted((a, b) => costs.get(a)! - costs.get(b)!).slice(0, tries);
  const fits = promising.map((factors) => refined(question, factors, FINER_ITERATIONS));
  return fits.reduce((least, fit) => (fit.cost < least.cost ? fit : least)).factors;
}

function noiseOf(question: Question, factors: FittedFactors): Noise {
  const { latency, power } = errorsOf(question, factors);
  return { latency: Math.max(LEAST_NOISE, robustSigma(latency)), power: Math.max(LEAST_NOISE, robustSigma(power)) };
}

function inliersOf(question: Question, factors: FittedFactors): FitPoint[] {
  const { latency, power } = errorsOf(question, factors);
  const { noise, data } = question;
  return data.points.filter(
    (_, i) => Math.abs(latency[i]!) < OUTLIER_SIGMAS * noise.latency && Math.abs(power[i]!) < OUTLIER_SIGMAS * noise.power,
  );
}

const fewer = (question: Question, most: number): Question => ({
  ...question,
  data: { ...question.data, points: thinned(question.data.points, most) },
});

export interface FactorsFit {
  readonly factors: FittedFactors;
  readonly noise: Noise;
  /** Points that go along with the model. */
  readonly kept: ReadonlySet<FitPoint>;
}

/** From the cards alone: near enough to tell wild readings from others. */
function sketched(data: InstanceData, cards: FittedCards): Pick<FactorsFit, 'factors' | 'noise'> {
  const question = fewer({ data, cards, noise: FIRST_NOISE, mostSigmas: Infinity }, MOST_SKETCHED);
  const near = refined(question, UNIT_FACTORS, FIRST_ITERATIONS).factors;
  const factors = withBestTile(question, near, Infinity);
  return { factors, noise: noiseOf(question, factors) };
}

/**
 * The factors under which the analytic model follows what was measured: robust least squares of relative errors, with what is known of
 * devices before any measurement, so that a few points are enough.
 * @param start a fit that is near; left out, the cards themselves
 */
export function fitFactors(data: InstanceData, cards: FittedCards, start: Pick<FactorsFit, 'factors' | 'noise'> | null = null): FactorsFit {
  const { factors: near, noise } = start ?? sketched(data, cards);
  const question: Question = { data, cards, noise, mostSigmas: OUTLIER_SIGMAS };
  // Once more, now that wild readings do not pull: one of them may have moved the tile.
  const close = withBestTile(fewer(question, MOST_SKETCHED), near, TILES_NEARBY);
  const factors = data.points.length <= MOST_SKETCHED ? close : refined(fewer(question, MOST_FITTED), close, FINER_ITERATIONS).factors;
  return { factors, noise, kept: new Set(inliersOf(question, factors)) };
}

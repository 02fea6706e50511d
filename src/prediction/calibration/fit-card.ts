import { levenbergMarquardt } from 'ml-levenberg-marquardt';
import type { EngineCard, GpuCard, ModelCard } from '../../domain/cards.ts';
import { boundedValues, CONSTANTS, withConstants } from './constants.ts';
import { byQuantity, type Observation, type Quantity, type Table } from './observation.ts';
import { Workbench } from './workbench.ts';

/** Everything but the GPU that an iteration depends on. */
export interface Surroundings {
  readonly engine: EngineCard;
  readonly models: ReadonlyMap<string, ModelCard>;
}

/** Beyond this relative error an observation pulls with constant force, so that a few wrong rows bend nothing. */
const ROBUST_ABOVE = 0.08;
/**
 * How far a constant may move at the price of an observation that is off by all of it (in e-foldings): data outweighs
 * this a hundredfold, and what no data speaks of stays where the card had it.
 */
const PRIOR_SPREAD = 30;
/** The solver damps by an absolute amount: larger residuals make that small against any constant's slope, so flat valleys are walked to their end. */
const RESIDUAL_SCALE = 1000;

/** Square root of the pseudo-Huber loss, signed: least squares over it is robust. */
const robust = (error: number): number => {
  const relative = error / ROBUST_ABOVE;
  return Math.sign(error) * ROBUST_ABOVE * Math.sqrt(2 * (Math.sqrt(1 + relative * relative) - 1));
};

const logErrors = (observations: readonly Observation[], bench: Workbench): number[] =>
  observations.map(({ measured, predict }) => Math.log(predict(bench) / measured));

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Another board's times tell how the parts go with clock and batch, and little of how they compare with each other on this board. */
const FOREIGN = 0.3;

/** What a clock does to energy is what voltana lives by, and its points are few. */
const ENERGY = 4;

const importanceOf = (quantity: Quantity, ownScale: boolean): number => {
  if (quantity === 'latency' && ownScale) return FOREIGN;
  return quantity === 'energy ratio' ? ENERGY : 1;
};

/** Observations of one quantity of one table, which share a weight and perhaps a scale. */
interface Block {
  readonly observations: readonly Observation[];
  readonly ownScale: boolean;
  /** Of each observation. */
  readonly weights: readonly number[];
}

/** Every octave of batch weighs the same: tables step evenly, and most of their rows lie where no decode ever runs. */
function evenWeights(observations: readonly Observation[], total: number): number[] {
  const sizes = new Map<string, number>();
  for (const { groups } of observations) sizes.set(groups.batch, (sizes.get(groups.batch) ?? 0) + 1);
  return observations.map(({ groups }) => Math.sqrt(total / (sizes.size * sizes.get(groups.batch)!)));
}

const blocksOf = (tables: readonly Table[]): Block[] =>
  tables.flatMap(({ observations, ownScale, weight }) =>
    byQuantity(observations).map(([quantity, same]) => ({
      observations: same,
      ownScale: ownScale && quantity === 'latency',
      weights: evenWeights(same, weight * importanceOf(quantity, ownScale)),
    })),
  );

/** Weighted residuals; a block's own scale is the mean of its log errors, so it needs no parameter. */
const residualsOf = (blocks: readonly Block[], bench: Workbench): number[] =>
  blocks.flatMap(({ observations, ownScale, weights }) => {
    const errors = logErrors(observations, bench);
    const scale = ownScale ? mean(errors) : 0;
    return errors.map((error, index) => RESIDUAL_SCALE * weights[index]! * robust(error - scale));
  });

const MOST_ITERATIONS = 40;

/**
 * The card whose constants make the model follow the tables: robust least squares on the logarithm of predicted to measured,
 * over the logarithms of the constants, which keeps all of them positive. Starts from the card's own constants.
 */
export function fitCard(
  card: GpuCard,
  tables: readonly Table[],
  { engine, models }: Surroundings,
  mostIterations = MOST_ITERATIONS,
): GpuCard {
  const blocks = blocksOf(tables);
  const start = boundedValues(card).map((value) => Math.log(value));
  const cardAt = (logs: readonly number[]): GpuCard =>
    withConstants(
      card,
      CONSTANTS,
      logs.map((log) => Math.exp(log)),
    );
  const residualsAt = (logs: readonly number[]): number[] => [
    ...residualsOf(blocks, new Workbench(cardAt(logs), engine, models)),
    ...logs.map((log, index) => (RESIDUAL_SCALE * (log - start[index]!)) / PRIOR_SPREAD),
  ];
  const count = residualsAt(start).length;
  const { parameterValues } = levenbergMarquardt(
    { x: Array.from({ length: count }, (_, index) => index), y: new Array<number>(count).fill(0) },
    (logs) => {
      const residuals = residualsAt(logs);
      return (index) => residuals[index]!;
    },
    {
      initialValues: start,
      minValues: CONSTANTS.map(({ least }) => Math.log(least)),
      maxValues: CONSTANTS.map(({ most }) => Math.log(most)),
      gradientDifference: 1e-3,
      damping: 1e-2,
      errorTolerance: 1e-9,
      improvementThreshold: 1e-9,
      maxIterations: mostIterations,
    },
  );
  return cardAt(parameterValues);
}

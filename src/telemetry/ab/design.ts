import type { AbDesign } from '../../domain/ab.ts';
import { VoltanaError } from '../../domain/errors.ts';
import { createRandom } from '../../statistics/random.ts';
import { detectableErrors } from '../../statistics/detectable.ts';
import { AdjustedResponse, centredRows, covariatesFor } from './adjusted.ts';
import { armsOf, attainableLevel, drawOrder, FEWEST_BLOCKS, signed, type PeriodsPerBlock } from './orders.ts';

/** One-sided; a change in either direction is looked for, so two equal arms are called different twice as often. */
const ALPHA = 0.025;
const POWER = 0.9;
/** Chips, memory and coolers have settled after about a minute. */
export const THERMAL_S = 60;

export interface AbWishes {
  readonly blocks: number;
  readonly periodsPerBlock: PeriodsPerBlock;
  /** Measured, without washout. */
  readonly periodS: number;
  /** The longest that a request may stay: what the period before has begun must be gone. */
  readonly residenceS: number;
  /** `THERMAL_S` where something really gets warm. */
  readonly thermalS?: number;
  readonly seed: number;
}

const washoutOf = ({ residenceS, thermalS = THERMAL_S }: Pick<AbWishes, 'residenceS' | 'thermalS'>): number =>
  Math.max(residenceS, thermalS);

/** How many whole blocks fit in a time, washouts included. May be too few for a test: `planAb` says so. */
export const blocksWithin = (totalS: number, wishes: Pick<AbWishes, 'periodsPerBlock' | 'periodS' | 'residenceS' | 'thermalS'>): number =>
  Math.floor(totalS / (wishes.periodsPerBlock * (wishes.periodS + washoutOf(wishes))));

export const totalSOf = ({ order, periodS, washoutS }: AbDesign): number => order.length * (periodS + washoutS);

export const periodsPerBlockOf = ({ order, blocks }: AbDesign): PeriodsPerBlock => (order.length / blocks) as PeriodsPerBlock;

function check({ blocks, periodsPerBlock, periodS, residenceS, thermalS = THERMAL_S }: AbWishes): void {
  const fewest = FEWEST_BLOCKS[periodsPerBlock];
  if (!Number.isInteger(blocks) || blocks < fewest)
    throw new VoltanaError('BAD_VALUE', `An A/B test of ${blocks} blocks of ${periodsPerBlock} periods can find nothing, however large`, {
      hint: `Ask for at least ${fewest} blocks: give it more time, or shorter periods.`,
    });
  if (!(periodS > 0 && Number.isFinite(periodS)))
    throw new VoltanaError('BAD_VALUE', `A period of an A/B test lasts more than 0 s, got ${periodS}`);
  if (!(residenceS >= 0 && thermalS >= 0 && Number.isFinite(residenceS + thermalS)))
    throw new VoltanaError('BAD_VALUE', `The washout of an A/B test is at least 0 s, got ${residenceS} and ${thermalS}`);
}

/**
 * Everything that must be fixed before the first request. The order comes from the seed.
 * @throws VoltanaError BAD_VALUE for a design that could find nothing
 */
export function planAb(wishes: AbWishes): AbDesign {
  check(wishes);
  const { blocks, periodsPerBlock, periodS, seed } = wishes;
  return {
    blocks,
    periodS,
    washoutS: washoutOf(wishes),
    order: armsOf(drawOrder(createRandom(seed).fork('ab-order'), blocks, periodsPerBlock)),
    detectablePct: null,
    alpha: ALPHA,
    stopRule: `After ${blocks} blocks of ${periodsPerBlock} periods, whatever they show; nobody looks before.`,
  };
}

/** What periods of one configuration differ by. */
export interface PeriodNoise {
  /** Standard deviation of the logarithm of one period's figure, blocks and covariates taken out: 0.01 is about 1 %. */
  readonly spread: number;
  readonly df: number;
}

const BLOCK_TIMES = { 2: [0, 1], 4: [0, 1, 2, 3] } as const;
/** Time, prompt tokens, output tokens. */
const COVARIATES = 3;

interface Geometry {
  readonly df: number;
  readonly precision: number;
}

/** The design before it is measured. Time is known; that tokens will vary is assumed: they then cost precision as any random numbers would. */
const geometryOf = (design: AbDesign): Geometry => {
  const times = BLOCK_TIMES[periodsPerBlockOf(design)];
  const timed = new AdjustedResponse(centredRows(Array.from({ length: design.blocks }, () => ({ response: times, covariates: [times] }))));
  const df = timed.df + 1 - Math.min(COVARIATES, covariatesFor(timed.df + 1));
  return { df, precision: timed.precisionOf(Float64Array.from(design.order, signed)) * (df / timed.df) };
};

/** The design with the smallest true change, in percent, that it finds in 90 % of all cases, as far as the noise is known. */
export function withDetectable(design: AbDesign, noise: PeriodNoise): AbDesign {
  const { df, precision } = geometryOf(design);
  const alpha = attainableLevel(2 * design.alpha, design.blocks, periodsPerBlockOf(design)) / 2;
  const errors = detectableErrors({ testDf: df, pilotDf: noise.df, alpha, power: POWER });
  return { ...design, detectablePct: 100 * Math.expm1((errors * noise.spread) / Math.sqrt(precision)) };
}

import type { AbDesign, AbPeriod } from '../../domain/ab.ts';
import type { BlockRows } from './adjusted.ts';
import { periodsPerBlockOf } from './design.ts';

/** The one question that the test was planned for. */
const ENERGY = 'energy.per_output_token';
/** In its place where there is no meter. */
const LATENCY = 'e2e.p50';

/** Fractions and counts that may be 0: their changes are differences, told in percent of A's mean. */
const LINEAR = /^(slo\.|errors\.|goodput$)/;
/** Tokens that vary less than this within blocks can explain no more than that of the energy: left out, they cost nothing. */
const LEAST_TOKEN_SPREAD = 1e-3;

/** Periods of whole blocks, block by block, in the order in which they ran. */
export const wholeBlocks = (design: AbDesign, periods: readonly AbPeriod[]): AbPeriod[][] => {
  const byBlock = new Map<number, AbPeriod[]>();
  for (const period of periods) byBlock.set(period.block, [...(byBlock.get(period.block) ?? []), period]);
  return [...byBlock.entries()]
    .sort(([a], [b]) => a - b)
    .map(([, all]) => all.toSorted((a, b) => a.startS - b.startS))
    .filter((all) => all.length === periodsPerBlockOf(design));
};

export const primaryMetricOf = (periods: readonly AbPeriod[]): string =>
  periods.every(({ energyJ }) => energyJ !== null) ? ENERGY : LATENCY;

const valueOf = (period: AbPeriod, metric: string): number | null => {
  if (metric !== ENERGY) return period.metrics[metric] ?? null;
  return period.energyJ === null || period.outputTokens === 0 ? null : period.energyJ / period.outputTokens;
};

const middleS = ({ startS, endS }: AbPeriod): number => (startS + endS) / 2;

type Covariate = (period: AbPeriod) => number;
const TOKENS: readonly Covariate[] = [({ outputTokens }) => Math.log(outputTokens), ({ inputTokens }) => Math.log(inputTokens)];

const spreadWithin = (blocks: readonly (readonly AbPeriod[])[], of: Covariate): number => {
  const squares = blocks.flatMap((periods) => {
    const mean = periods.reduce((sum, period) => sum + of(period), 0) / periods.length;
    return periods.map((period) => (of(period) - mean) ** 2);
  });
  return Math.sqrt(squares.reduce((sum, square) => sum + square, 0) / squares.length);
};

/**
 * Time first: a drift is what blocks were made for. Then tokens, of energy only: a period with fewer of them has spent the same
 * idle power on less. Which ones depends on the design and on the work done, never on the figures to be explained.
 */
const covariatesOf = (blocks: readonly (readonly AbPeriod[])[], metric: string): Covariate[] => {
  const tokens = metric === ENERGY ? TOKENS : [];
  return [middleS, ...tokens.filter((of) => spreadWithin(blocks, of) > LEAST_TOKEN_SPREAD)];
};

/** A metric of all periods, ready for the regression. */
export interface MetricRows {
  readonly metric: string;
  readonly blocks: readonly BlockRows[];
  /** What an effect is in percent of A; null where A has nothing to be a percentage of. */
  readonly toPct: (effect: number) => number | null;
}

/** Null where a period has no value. */
export function rowsOf(blocks: readonly (readonly AbPeriod[])[], metric: string): MetricRows | null {
  const values = blocks.map((periods) => periods.map((period) => valueOf(period, metric)));
  if (values.flat().some((value) => value === null || !Number.isFinite(value))) return null;
  const known = values as number[][];
  const linear = LINEAR.test(metric) || known.flat().some((value) => value <= 0);
  const covariates = covariatesOf(blocks, metric);
  return {
    metric,
    blocks: blocks.map((periods, i) => ({
      response: linear ? known[i]! : known[i]!.map(Math.log),
      covariates: covariates.map((of) => periods.map(of)),
    })),
    toPct: linear ? ofMean(blocks, known) : (effect) => 100 * Math.expm1(effect),
  };
}

const ofMean = (blocks: readonly (readonly AbPeriod[])[], values: readonly (readonly number[])[]): MetricRows['toPct'] => {
  const ofA = blocks.flatMap((periods, i) => values[i]!.filter((_, k) => periods[k]!.arm === 'A'));
  const mean = ofA.reduce((sum, value) => sum + value, 0) / ofA.length;
  return (effect) => (mean === 0 ? (effect === 0 ? 0 : null) : (100 * effect) / Math.abs(mean));
};

import type { AbDesign, AbEffect, AbPeriod } from '../../domain/ab.ts';
import type { SeededRandom } from '../../statistics/random.ts';
import { AdjustedResponse, centredRows } from './adjusted.ts';
import { periodsPerBlockOf, type PeriodNoise } from './design.ts';
import { effectInterval } from './interval.ts';
import { possibleOrders, signed } from './orders.ts';
import { primaryMetricOf, rowsOf, wholeBlocks, type MetricRows } from './rows.ts';

/** Whole blocks; with fewer nothing is said. */
const FEWEST_TO_SPEAK = 4;
/** Rounding must not make the order that was drawn differ from itself. */
const EPSILON = 1e-9;

/** What is told beside the primary metric, in one family: named beforehand, so that nobody picks among many. */
const SECONDARY_METRICS = [
  'energy.per_request',
  'power.mean',
  'ttft.p50',
  'ttft.p99',
  'itl.p50',
  'itl.p99',
  'tpot.p50',
  'tpot.p99',
  'e2e.p50',
  'e2e.p99',
  'slo.joint',
  'goodput',
] as const;

const silent = (metric: string): AbEffect => ({ metric, changePct: null, ci95: null, pValue: null, significant: null });

/** The test as it was and as chance might have had it. */
interface Trial {
  /** Of all periods. */
  readonly arms: Float64Array;
  /** Of all periods, each order that was possible. */
  readonly chances: readonly Float64Array[];
  readonly exact: boolean;
  /** The smallest p-value that this order could have shown. */
  readonly rarest: number;
}

/** An order and its mirror say the same. */
const alike = (a: Float64Array, b: Float64Array): boolean => a.every((arm, i) => arm * a[0]! === b[i]! * b[0]!);

const signedArms = (blocks: readonly (readonly AbPeriod[])[]): Float64Array => Float64Array.from(blocks.flat(), ({ arm }) => signed(arm));

/** What an order says of the blocks that were measured. */
const cut = (order: Float64Array, blocks: readonly (readonly AbPeriod[])[]): Float64Array =>
  Float64Array.from(blocks.flatMap((periods) => [...order.subarray(periods[0]!.block * periods.length).subarray(0, periods.length)]));

const trialOf = (design: AbDesign, blocks: readonly (readonly AbPeriod[])[], random: SeededRandom): Trial => {
  const { orders, exact } = possibleOrders(random.fork('orders'), design.blocks, periodsPerBlockOf(design));
  const arms = signedArms(blocks);
  const chances = blocks.length === design.blocks ? orders : orders.map((order) => cut(order, blocks));
  const same = chances.filter((chance) => alike(chance, arms)).length;
  return { arms, chances, exact, rarest: exact ? same / chances.length : 1 / (chances.length + 1) };
};

const pValueOf = (observed: number, chances: readonly number[], exact: boolean): number => {
  const asLarge = chances.filter((share) => share >= observed - EPSILON).length;
  return exact ? asLarge / chances.length : (asLarge + 1) / (chances.length + 1);
};

/** Of each possible order, the largest share that the arm would explain of any of these metrics (Westfall and Young's maximum). */
const largestShares = (responses: readonly AdjustedResponse[], { chances }: Trial): number[] =>
  chances.map((arms) => responses.reduce((largest, response) => Math.max(largest, response.shareOf(arms)), 0));

const ordered = (a: number | null, b: number | null): [number, number] | null => (a === null || b === null ? null : [a, b]);

/** By chance less often than 5 %, and an interval without 0: both must agree. Null where no order could have been so rare. */
const significance = (pValue: number, rarest: number, ci95: readonly [number, number] | null): boolean | null => {
  if (rarest > 0.05) return null;
  return pValue <= 0.05 && ci95 !== null && (ci95[0] > 0 || ci95[1] < 0);
};

function effectsOfFamily(family: readonly MetricRows[], trial: Trial, random: SeededRandom): AbEffect[] {
  const centred = family.map(({ blocks }) => centredRows(blocks));
  const responses = centred.map((rows) => new AdjustedResponse(rows));
  const chances = largestShares(responses, trial);
  return family.map(({ metric, toPct }, i) => {
    const { effect, share } = responses[i]!.effectOf(trial.arms);
    const [low, high] = effectInterval(random.fork(metric), { rows: centred[i]!, arms: trial.arms });
    const ci95 = ordered(toPct(low), toPct(high));
    const pValue = pValueOf(share, chances, trial.exact);
    return { metric, changePct: toPct(effect), ci95, pValue, significant: significance(pValue, trial.rarest, ci95) };
  });
}

/** Secondary metrics share one correction; one without values in every period is told as unknown. */
function secondaryEffects(blocks: readonly (readonly AbPeriod[])[], primary: string, trial: Trial, random: SeededRandom): AbEffect[] {
  const names = SECONDARY_METRICS.filter((metric) => metric !== primary);
  const known = names.map((metric) => rowsOf(blocks, metric)).filter((rows) => rows !== null);
  const effects = known.length === 0 ? [] : effectsOfFamily(known, trial, random);
  return names.map((metric) => effects.find((effect) => effect.metric === metric) ?? silent(metric));
}

/**
 * What B changes, in percent of A: the primary metric first (energy per output token; the median E2E without a meter), then the
 * others, whose p-values are corrected for their number. Periods of blocks that are not whole are left out; with fewer than
 * four whole blocks every figure is null.
 * @param random for resampling, and for orders where there are too many to go through
 */
export function abEffects(design: AbDesign, periods: readonly AbPeriod[], random: SeededRandom): AbEffect[] {
  const blocks = wholeBlocks(design, periods);
  const first = primaryEffect(design, periods, random);
  if (blocks.length < FEWEST_TO_SPEAK) return [first, ...SECONDARY_METRICS.filter((metric) => metric !== first.metric).map(silent)];
  return [first, ...secondaryEffects(blocks, first.metric, trialOf(design, blocks, random), random)];
}

/** The primary metric alone. */
export function primaryEffect(design: AbDesign, periods: readonly AbPeriod[], random: SeededRandom): AbEffect {
  const primary = primaryMetricOf(periods);
  const blocks = wholeBlocks(design, periods);
  const rows = blocks.length < FEWEST_TO_SPEAK ? null : rowsOf(blocks, primary);
  return rows === null ? silent(primary) : effectsOfFamily([rows], trialOf(design, blocks, random), random)[0]!;
}

/** How much the periods of equal arms differ, the arm taken out too, should it have an effect; null where they are too few or have no value. */
export function noiseOf(design: AbDesign, periods: readonly AbPeriod[]): PeriodNoise | null {
  const blocks = wholeBlocks(design, periods);
  const rows = blocks.length < FEWEST_TO_SPEAK ? null : rowsOf(blocks, primaryMetricOf(periods));
  if (rows === null) return null;
  const response = new AdjustedResponse(centredRows(rows.blocks));
  const arms = signedArms(blocks);
  const { standardError } = response.effectOf(arms);
  return { spread: standardError * Math.sqrt(response.precisionOf(arms)), df: response.df };
}

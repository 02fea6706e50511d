import type { GpuCard } from '../../domain/cards.ts';

/** One figure of a GPU card that measurements decide. */
export interface Constant {
  /** Dotted, as in the card's `sources`. */
  readonly path: string;
  readonly least: number;
  readonly most: number;
}

const fraction = (path: string): Constant => ({ path, least: 0.05, most: 0.95 });
const small = (path: string): Constant => ({ path, least: 1e-6, most: 1 });
const watts = (path: string): Constant => ({ path, least: 0.5, most: 3000 });

/**
 * What is fitted. All else is from data sheets, measured as such (idle power), or a choice that the model states (exponents and norms).
 * Bounds are physical: nothing achieves more than 95 % of its peak.
 */
export const CONSTANTS: readonly Constant[] = [
  fraction('gemmEfficiency'),
  { path: 'gemmRampRows', least: 0.01, most: 64 },
  fraction('attentionEfficiency'),
  fraction('weightStreamEfficiency'),
  fraction('kvStreamEfficiency'),
  { path: 'bandwidthPerMhz', least: 1e-4, most: 1e-2 },
  { path: 'bandwidthFloorMhz', least: 50, most: 800 },
  small('kernels.gemmMs'),
  small('kernels.attentionMs'),
  small('kernels.kvHeadMs'),
  small('kernels.kvRampMs'),
  small('allReduce.floorMs'),
  { path: 'allReduce.GBps', least: 1, most: 2000 },
  watts('power.activeW'),
  watts('power.hbmW'),
  watts('power.smW'),
  watts('power.tensorW'),
  watts('power.attentionW'),
  { path: 'power.voltageFloor', least: 0.4, most: 0.99 },
  { path: 'power.kneeMhz', least: 600, most: 1500 },
];

export function constantOf(card: GpuCard, path: string): number {
  const value = path.split('.').reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], card);
  if (typeof value !== 'number') throw new Error(`${card.id} has no number at ${path}`);
  return value;
}

/** A copy of the card with other constants. */
export function withConstants(card: GpuCard, constants: readonly Constant[], values: readonly number[]): GpuCard {
  const copy = structuredClone(card);
  constants.forEach(({ path }, index) => {
    const keys = path.split('.');
    const holder = keys.slice(0, -1).reduce<Record<string, unknown>>((at, key) => at[key] as Record<string, unknown>, copy as never);
    holder[keys.at(-1)!] = values[index];
  });
  return copy;
}

const within = ({ least, most }: Constant, value: number): number => Math.min(most, Math.max(least, value));

/** A card whose fitted constants are all wrong by a factor, every other one too small: where a fit starts that must not know them. */
export const displaced = (card: GpuCard, factor: number): GpuCard =>
  withConstants(
    card,
    CONSTANTS,
    CONSTANTS.map((constant, index) => within(constant, constantOf(card, constant.path) * (index % 2 === 0 ? 1 / factor : factor))),
  );

/** The card's values, where a fit may start: a card need not keep to the bounds, a fit does. */
export const boundedValues = (card: GpuCard): number[] => CONSTANTS.map((constant) => within(constant, constantOf(card, constant.path)));

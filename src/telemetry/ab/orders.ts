import type { ArmName } from '../../domain/ab.ts';
import { drawIndex } from '../../statistics/draws.ts';
import type { Uniform } from '../../statistics/random.ts';

/** So many orders are all gone through; of more, so many are drawn. */
const MOST_EXACT = 4096;
const DRAWN = 4999;

export type PeriodsPerBlock = 2 | 4;

/**
 * The orders of a block. Of four periods only those in which both arms keep changing: AABB would lay a slow drift on one arm.
 * Each list holds the mirror of each of its orders.
 */
const ORDERS: Readonly<Record<PeriodsPerBlock, readonly string[]>> = { 2: ['AB', 'BA'], 4: ['ABBA', 'BAAB', 'ABAB', 'BABA'] };

/** Fewer blocks cannot show a difference at 5 %, however large: too few orders were possible. */
export const FEWEST_BLOCKS: Readonly<Record<PeriodsPerBlock, number>> = { 2: 6, 4: 4 };

/** Of pairs, at least a third in each order: all in one would make the arm the same as the time. */
const balanced = (blocks: readonly string[]): boolean => {
  const forward = blocks.filter((order) => order === 'AB').length;
  const least = Math.ceil(blocks.length / 3);
  return blocks[0]!.length > 2 || (forward >= least && blocks.length - forward >= least);
};

/** One permitted order of all blocks, each as likely as any other. */
export const drawOrder = (random: Uniform, blocks: number, size: PeriodsPerBlock): readonly string[] => {
  const choices = ORDERS[size];
  for (;;) {
    const drawn = Array.from({ length: blocks }, () => choices[drawIndex(random, choices.length)]!);
    if (balanced(drawn)) return drawn;
  }
};

const allOrders = (blocks: number, size: PeriodsPerBlock): (readonly string[])[] => {
  let orders: string[][] = [[]];
  for (let block = 0; block < blocks; block++) orders = orders.flatMap((order) => ORDERS[size].map((next) => [...order, next]));
  return orders.filter(balanced);
};

/** What chance might have drawn instead. */
export interface PossibleOrders {
  /** Of all periods, block by block: -1/2 for A, 1/2 for B. */
  readonly orders: readonly Float64Array[];
  /** Whether these are all; otherwise they are a sample of them, and the order drawn is not among them by design. */
  readonly exact: boolean;
}

/** -1/2 for A, 1/2 for B: a coefficient of it is B less A. */
export const signed = (arm: string): number => (arm === 'A' ? -0.5 : 0.5);

/** Every order of a design's shape: always the same, and thousands of them. */
const enumerated = new Map<string, readonly Float64Array[]>();

const numbers = (order: readonly string[]): Float64Array => Float64Array.from(armsOf(order), signed);

const everyOrder = (blocks: number, size: PeriodsPerBlock): readonly Float64Array[] => {
  const key = `${blocks} of ${size}`;
  const orders = enumerated.get(key) ?? allOrders(blocks, size).map(numbers);
  enumerated.set(key, orders);
  return orders;
};

/** @param random for a sample, where there are too many */
export const possibleOrders = (random: Uniform, blocks: number, size: PeriodsPerBlock): PossibleOrders =>
  ORDERS[size].length ** blocks <= MOST_EXACT
    ? { orders: everyOrder(blocks, size), exact: true }
    : { orders: Array.from({ length: DRAWN }, () => numbers(drawOrder(random, blocks, size))), exact: false };

export const armsOf = (order: readonly string[]): ArmName[] => order.flatMap((block) => [...block] as ArmName[]);

/** The largest level below `level` that a test over all orders can have: each comes with its mirror. */
export const attainableLevel = (level: number, blocks: number, size: PeriodsPerBlock): number => {
  const choices = ORDERS[size].length ** blocks;
  if (choices > MOST_EXACT) return level;
  const orders = everyOrder(blocks, size).length;
  return (2 * Math.floor((level * orders) / 2)) / orders;
};

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

/** Of pairs, at least a third in each order: all in one would make the arm the same as the time. @param blocks indices of their orders */
const balanced = (blocks: Uint8Array, size: PeriodsPerBlock): boolean => {
  if (size > 2) return true;
  let backward = 0;
  for (const block of blocks) backward += block;
  const least = Math.ceil(blocks.length / 3);
  return backward >= least && blocks.length - backward >= least;
};

/** Of each block, which of its orders; each permitted choice as likely as any other. */
const drawChoices = (random: Uniform, blocks: number, size: PeriodsPerBlock): Uint8Array => {
  const choices = new Uint8Array(blocks);
  do {
    for (let i = 0; i < blocks; i++) choices[i] = drawIndex(random, ORDERS[size].length);
  } while (!balanced(choices, size));
  return choices;
};

/** One permitted order of all blocks. */
export const drawOrder = (random: Uniform, blocks: number, size: PeriodsPerBlock): readonly string[] =>
  Array.from(drawChoices(random, blocks, size), (choice) => ORDERS[size][choice]!);

/** Counted through: the last block changes fastest. */
const allChoices = (blocks: number, size: PeriodsPerBlock): Uint8Array[] => {
  const base = ORDERS[size].length;
  return Array.from({ length: base ** blocks }, (_, n) =>
    Uint8Array.from({ length: blocks }, (__, block) => Math.floor(n / base ** (blocks - 1 - block)) % base),
  ).filter((choices) => balanced(choices, size));
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

const SIGNED: Readonly<Record<PeriodsPerBlock, readonly (readonly number[])[]>> = {
  2: ORDERS[2].map((order) => [...order].map(signed)),
  4: ORDERS[4].map((order) => [...order].map(signed)),
};

const numbers = (choices: Uint8Array, size: PeriodsPerBlock): Float64Array => {
  const order = new Float64Array(choices.length * size);
  for (let i = 0; i < choices.length; i++) order.set(SIGNED[size][choices[i]!]!, i * size);
  return order;
};

/** Every order of a design's shape: always the same, and thousands of them. */
const enumerated = new Map<string, readonly Float64Array[]>();

const everyOrder = (blocks: number, size: PeriodsPerBlock): readonly Float64Array[] => {
  const key = `${blocks} of ${size}`;
  const orders = enumerated.get(key) ?? allChoices(blocks, size).map((choices) => numbers(choices, size));
  enumerated.set(key, orders);
  return orders;
};

/** @param random for a sample, where there are too many */
export const possibleOrders = (random: Uniform, blocks: number, size: PeriodsPerBlock): PossibleOrders =>
  ORDERS[size].length ** blocks <= MOST_EXACT
    ? { orders: everyOrder(blocks, size), exact: true }
    : { orders: Array.from({ length: DRAWN }, () => numbers(drawChoices(random, blocks, size), size)), exact: false };

export const armsOf = (order: readonly string[]): ArmName[] => order.flatMap((block) => [...block] as ArmName[]);

/** The largest level below `level` that a test over all orders can have: each comes with its mirror. */
export const attainableLevel = (level: number, blocks: number, size: PeriodsPerBlock): number => {
  const choices = ORDERS[size].length ** blocks;
  if (choices > MOST_EXACT) return level;
  const orders = everyOrder(blocks, size).length;
  return (2 * Math.floor((level * orders) / 2)) / orders;
};

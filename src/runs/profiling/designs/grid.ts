import type { PlannedPoint } from '../../../ports/designer.ts';
import type { Random } from '../../../ports/random.ts';
import { shuffled } from '../bench.ts';
import { spreadClocks } from '../plan.ts';
import { clamped, type Load, type LoadSpace } from './loads.ts';

const GRID_CLOCKS = 5;
const DECODE_BATCHES = 6;
const PREFILL_PROMPTS = 5;

/** Evenly spaced in ratio, both ends included. */
const spreadRatio = ([low, high]: readonly [number, number], count: number): number[] => {
  const ratio = count < 2 ? 1 : (high / low) ** (1 / (count - 1));
  return [...new Set(Array.from({ length: count }, (_, i) => Math.round(low * ratio ** i)))];
};

/**
 * Batches from one to the largest, each with another context: a batch cannot be told from its tokens where both grow
 * together. Small batches hold long contexts as well as short ones, as the memory allows it.
 */
function decodeLoads(space: LoadSpace): Load[] {
  const contexts = spreadRatio(space.tokens, 4);
  const order = [2, 0, 3, 1, 2, 0];
  return spreadRatio(space.batch, DECODE_BATCHES).map((batch, i) =>
    clamped(space, { batch, tokens: contexts[order[i % order.length]!] ?? contexts[0]! }),
  );
}

const prefillLoads = (space: LoadSpace): Load[] => spreadRatio(space.tokens, PREFILL_PROMPTS).map((tokens) => ({ batch: 1, tokens }));

export const gridClocks = (clocksMhz: readonly number[]): number[] => spreadClocks(clocksMhz, GRID_CLOCKS);

/** The coarse grid in random order: load by load, so that a running batch is used at every clock. */
export function gridPoints(space: LoadSpace, clocksMhz: readonly number[], random: Random): PlannedPoint[] {
  const loads = space.role === 'decode' ? decodeLoads(space) : prefillLoads(space);
  return shuffled(loads, random).flatMap((load) =>
    shuffled(clocksMhz, random).map((clockMhz) => ({ clockMhz, ...load, why: 'coarse grid' })),
  );
}

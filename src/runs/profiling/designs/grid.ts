import type { PlannedPoint } from '../../../ports/designer.ts';
import type { Random } from '../../../ports/random.ts';
import { shuffled } from '../bench.ts';
import { spreadClocks } from '../plan.ts';
import { clamped, fits, type Load, type LoadSpace } from './loads.ts';

const GRID_CLOCKS = 5;
const DECODE_BATCHES = 6;
const PREFILL_PROMPTS = 5;
const PREFILL_BATCHES = 3;

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
  const spread = spreadRatio(space.batch, DECODE_BATCHES).map((batch, i) =>
    clamped(space, { batch, tokens: contexts[order[i % order.length]!] ?? contexts[0]! }),
  );
  return [...spread, fullMemory(space)];
}

/** As many of the longest requests as fit: without it, whatever reads the KV is known from a few points, and extrapolated. */
const fullMemory = (space: LoadSpace): Load => {
  const batch = Math.floor(space.roomTokens / (space.tokens[1] + space.reservedTokens));
  return clamped(space, { batch: Math.min(space.batch[1], Math.max(1, batch)), tokens: space.tokens[1] });
};

/** Prompts of an iteration together, so many tokens as half of the longest one: what a prompt more costs by itself. */
function groupedPrompts({ batch: [, most], tokens: [shortest, longest] }: LoadSpace): Load[] {
  const batches = spreadRatio([Math.min(2, most), most], PREFILL_BATCHES);
  return batches.map((batch) => ({ batch, tokens: Math.max(shortest, Math.floor(longest / 2 / batch)) }));
}

/** As many tokens as an iteration takes: where the measured range ends. */
const fullIteration = (space: LoadSpace): Load => clamped(space, { batch: Math.ceil(Math.sqrt(space.batch[1])), tokens: space.tokens[1] });

/** Single prompts of every length at every clock; several in one iteration, which take long, at every other one. */
function prefillGrid(space: LoadSpace, clocksMhz: readonly number[]): (readonly [load: Load, clocksMhz: readonly number[]])[] {
  const singles = spreadRatio(space.tokens, PREFILL_PROMPTS).map((tokens) => ({ batch: 1, tokens }));
  const grouped = groupedPrompts(space).filter((load) => load.batch > 1 && fits(space, load));
  const everyOther = clocksMhz.filter((_, i) => (clocksMhz.length - 1 - i) % 2 === 0);
  const full = fullIteration(space);
  return [
    ...singles.map((load) => [load, clocksMhz] as const),
    ...grouped.map((load) => [load, everyOther] as const),
    ...(full.batch > 1 ? [[full, clocksMhz.slice(-1)] as const] : []),
  ];
}

export const gridClocks = (clocksMhz: readonly number[]): number[] => spreadClocks(clocksMhz, GRID_CLOCKS);

/** The coarse grid in random order: load by load, so that a running batch is used at every clock. */
export function gridPoints(space: LoadSpace, clocksMhz: readonly number[], random: Random): PlannedPoint[] {
  const grid = space.role === 'decode' ? decodeLoads(space).map((load) => [load, clocksMhz] as const) : prefillGrid(space, clocksMhz);
  return shuffled(grid, random).flatMap(([load, clocks]) =>
    shuffled(clocks, random).map((clockMhz) => ({ clockMhz, ...load, why: 'coarse grid' })),
  );
}

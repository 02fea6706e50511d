/**
 * Estimates per second of the analytic model in one thread, and what each leaves on the heap:
 * npm run --silent bench:estimate -- [--json] [--rounds N]. Every input is drawn anew and asked once a round, so that no memo could help.
 */
import { parseArgs } from 'node:util';
import { median } from 'simple-statistics';
import { clockTable } from '../../src/emulation/instance.ts';
import { drawPersonality } from '../../src/emulation/personality.ts';
import { heldClockMhz } from '../../src/prediction/analytic/clock-effects.ts';
import { createDevice, type Device } from '../../src/prediction/analytic/device.ts';
import { emptyEstimate, estimateInto } from '../../src/prediction/analytic/estimate.ts';
import { decodeWork, prefillWork, type IterationWork } from '../../src/prediction/analytic/work.ts';
import { createRandom } from '../../src/statistics/random.ts';
import { engineCard, gpuCard, modelCard } from '../fixtures/cards.ts';
import { figureMaker, report } from './figures.ts';

const SEED = 3;
const POINTS = 200_000;
const WARM_UP_ROUNDS = 3;
const MOST_BATCH = 1024;
const MOST_CONTEXT = 8192;
const MOST_PROMPTS = 4;
/** Dense and MoE, one GPU and several, Ampere and Hopper, with their own deviations from the card. */
const DEVICES = [
  ['a100-sxm4-80gb', 'llama-3.1-8b', 1],
  ['a100-pcie-80gb', 'qwen3-8b', 1],
  ['a800-sxm4-80gb', 'qwen3-32b', 2],
  ['h100-sxm5-80gb', 'llama-3.3-70b', 4],
  ['h200-sxm5-141gb', 'qwen3-30b-a3b', 1],
] as const;

const { values } = parseArgs({ options: { json: { type: 'boolean', default: false }, rounds: { type: 'string', default: '11' } } });
const rounds = Math.max(3, Number(values.rounds) || 11);

const random = createRandom(SEED);
const upTo = (most: number): number => 1 + Math.floor(random.next() * most);
const oneOf = <T>(choices: readonly T[]): T => choices[upTo(choices.length) - 1]!;

const drawWork = (): IterationWork => {
  if (random.next() < 0.5) {
    const batch = upTo(MOST_BATCH);
    return decodeWork(batch, batch * upTo(MOST_CONTEXT));
  }
  return prefillWork(
    Array.from({ length: upTo(MOST_PROMPTS) }, () => ({ newTokens: upTo(MOST_CONTEXT), pastTokens: upTo(MOST_CONTEXT) - 1 })),
  );
};

const devices = DEVICES.map(([gpu, model, tp], i) => {
  const personality = drawPersonality(random.fork(`device ${i}`));
  const device = createDevice(gpuCard(gpu), modelCard(model), engineCard('sglang-like'), tp, personality);
  return { device, clocksMhz: clockTable(device.gpu) };
});

interface Point {
  readonly device: Device;
  readonly work: IterationWork;
  readonly clockMhz: number;
}
const points = Array.from({ length: POINTS }, (): Point => {
  const { device, clocksMhz } = oneOf(devices);
  return { device, work: drawWork(), clockMhz: heldClockMhz(device, oneOf(clocksMhz)) };
});

const slot = emptyEstimate();
/** Milliseconds of all estimates together: looked at, so that no engine may skip the work. */
const estimateAll = (asked: readonly Point[]): number => {
  let sumMs = 0;
  for (let i = 0; i < asked.length; i++) {
    const { device, work, clockMhz } = asked[i]!;
    estimateInto(device, work, clockMhz, slot);
    sumMs += slot.latencyMs;
  }
  return sumMs;
};

const isCapped = ({ device, work, clockMhz }: Point): boolean => {
  estimateInto(device, work, clockMhz, slot);
  return slot.capped;
};

interface Rounds {
  readonly perSecond: number[];
  readonly grownBytes: number[];
}
const measure = (asked: readonly Point[]): Rounds => {
  const perSecond: number[] = [];
  const grownBytes: number[] = [];
  for (let round = -WARM_UP_ROUNDS; round < rounds; round++) {
    const heapBytes = process.memoryUsage().heapUsed;
    const startedMs = performance.now();
    const sumMs = estimateAll(asked);
    const tookMs = performance.now() - startedMs;
    const grown = process.memoryUsage().heapUsed - heapBytes;
    if (!Number.isFinite(sumMs)) throw new Error('an estimate is not a number');
    if (round < 0) continue;
    perSecond.push((asked.length / tookMs) * 1000);
    // A round in which garbage was collected tells nothing.
    if (grown >= 0) grownBytes.push(grown / asked.length);
  }
  return { perSecond, grownBytes };
};

const { perSecond, grownBytes } = measure(points);
const capped = points.filter(isCapped);
const cappedRounds = measure(capped);

const figure = figureMaker('npm run --silent bench:estimate -- --json');
report(
  'analytic estimates, one thread',
  [
    figure('estimates per second, median', median(perSecond), '1/s', '>= 2000000', rounds),
    figure('estimates per second, slowest round', Math.min(...perSecond), '1/s', 'none', rounds),
    figure('heap growth per estimate', median(grownBytes), 'bytes', '<= 2', grownBytes.length),
    figure('points held down by the power limit', (100 * capped.length) / POINTS, '%', 'none', POINTS),
    figure('estimates per second, those points only', median(cappedRounds.perSecond), '1/s', 'none', rounds),
  ],
  { json: values.json, mode: 'measured', seed: SEED },
);

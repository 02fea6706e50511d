import { GUARD_DEFAULTS } from '../../../src/tuning/live/options.ts';
import { slowed, World } from '../../unit/tuning/live/world.ts';
import type { Figure } from '../figures.ts';
import type { Context } from './ground.ts';

/** Targets stay where they are, so that the misses are what they are. */
const STILL = { ...GUARD_DEFAULTS.margins, stepUp: 0, stepDown: 0 };
const TARGETS = [0.99, 0.9];
/** Half a point better than was promised, and three points worse. */
const [BETTER, WORSE] = [0.005, 0.03];
const [SEEDS, QUICK_SEEDS] = [20, 2];
const HOURS = 6;
const S_PER_HOUR = 3600;
const MS_PER_HOUR = 3_600_000;
const LOOK_MS = 5000;

interface Halting {
  readonly hours: number;
  readonly falseHalts: number;
  /** Requests from the first that was worse until nothing was governed; null where an hour was not enough. */
  readonly requests: number | null;
}

/** Misses by chance alone, for hours; then misses that the governed have and the others do not. */
function halting(sloTarget: number, seed: number): Halting {
  const world = new World({ prefill: 1, decode: 1, seed, lookMs: LOOK_MS, guard: { sloTarget, margins: STILL } });
  const allowed = 1 - sloTarget;
  world.misses = { itl: () => allowed - BETTER };
  world.until('all');
  world.run(HOURS * S_PER_HOUR);
  const falseHalts = world.texts('breach').length + world.texts('halt').length;
  const [hours, before] = [world.nowMs / MS_PER_HOUR, world.requests];
  world.misses = { itl: slowed(allowed + WORSE, allowed - BETTER) };
  return { hours, falseHalts, requests: world.until('held', S_PER_HOUR) ? world.requests - before : null };
}

const LOOKS = 20_000;
const US_PER_MS = 1000;

/** Of a fleet that is governed everywhere: microseconds of this machine for one look, the world around it counted in. */
function lookUs(instances: number): number {
  const world = new World({ prefill: instances / 2, decode: instances / 2, lookMs: 50 });
  world.until('all', S_PER_HOUR);
  const fromMs = performance.now();
  world.run((LOOKS * 50) / 1000);
  return ((performance.now() - fromMs) * US_PER_MS) / LOOKS;
}

const medianOf = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;

function haltingFigures({ figure, quick }: Context, sloTarget: number): Figure[] {
  const all = Array.from({ length: quick ? QUICK_SEEDS : SEEDS }, (_, i) => halting(sloTarget, i + 1));
  const hours = all.reduce((sum, one) => sum + one.hours, 0);
  const requests = all.map((one) => one.requests ?? Infinity);
  const name = `guard at a target of ${100 * sloTarget} %`;
  const falseHalts = all.reduce((sum, one) => sum + one.falseHalts, 0);
  return [
    figure(`${name}: halts in ${Math.round(hours)} hours half a point above it`, falseHalts, '', '<= 0', all.length),
    figure(`${name}: requests until it halts three points below it, median`, medianOf(requests), '', 'none', all.length),
    figure(`${name}: the same, most`, Math.max(...requests), '', sloTarget > 0.95 ? '<= 2500' : '<= 10000', all.length),
  ];
}

/** What chance does to the guard of live tuning, and what a look costs. The misses are drawn; no engine is simulated. */
export const guardFigures = (context: Context): Promise<Figure[]> =>
  Promise.resolve([
    ...TARGETS.flatMap((target) => haltingFigures(context, target)),
    ...[2, 16].map((instances) => context.figure(`guard: a look at ${instances} instances`, lookUs(instances), 'us', '<= 1000', LOOKS)),
  ]);

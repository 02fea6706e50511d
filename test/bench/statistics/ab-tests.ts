import type { AbEffect } from '../../../src/domain/ab.ts';
import { createRandom } from '../../../src/statistics/random.ts';
import { planAb, withDetectable, type AbWishes } from '../../../src/telemetry/ab/design.ts';
import { noiseOf, primaryEffect } from '../../../src/telemetry/ab/effects.ts';
import { measuredPeriods, type RigOptions, type Work } from '../../fixtures/benchmarking/rig.ts';

export type Shape = Pick<AbWishes, 'blocks' | 'periodsPerBlock'>;

const SPANS = { periodS: 60, residenceS: 30 };

export interface Trials {
  readonly shape: Shape;
  readonly count: number;
  readonly rig?: RigOptions;
  /** Of a trial's block; made up where left out. */
  readonly workOf?: (trial: number, block: number) => Work;
}

const designOf = ({ shape }: Trials, trial: number) => planAb({ ...SPANS, ...shape, seed: trial });

/** One effect for each trial: its own order, its own rig, its own drift. */
export const effectsOf = (trials: Trials): AbEffect[] =>
  Array.from({ length: trials.count }, (_, trial) => {
    const design = designOf(trials, trial);
    const random = createRandom(trial).fork('statistics');
    const { workOf } = trials;
    const periods = measuredPeriods(random, design, { ...trials.rig, ...(workOf && { workOf: (block) => workOf(trial, block) }) });
    return primaryEffect(design, periods, random.fork('effects'));
  });

export interface Shares {
  /** Called worse, and better, in percent of all trials. */
  readonly worsePct: number;
  readonly betterPct: number;
  /** Intervals that held the truth. */
  readonly coveredPct: number;
}

export const sharesOf = (effects: readonly AbEffect[], truthPct: number): Shares => {
  const pct = (test: (effect: AbEffect) => boolean): number => (100 * effects.filter(test).length) / effects.length;
  return {
    worsePct: pct(({ significant, changePct }) => significant === true && changePct! > 0),
    betterPct: pct(({ significant, changePct }) => significant === true && changePct! < 0),
    coveredPct: pct(({ ci95 }) => ci95 !== null && ci95[0] <= truthPct && truthPct <= ci95[1]),
  };
};

export interface Promise90 {
  /** The median of what was promised. */
  readonly promisedPct: number;
  /** How often a change as large as promised was found. */
  readonly foundPct: number;
}

/** An A/A of six pairs on a rig, then a test of a true change as large as its noise promised to be found. */
export function promiseKept(trials: Trials): Promise90 {
  const promised: number[] = [];
  let found = 0;
  for (let trial = 0; trial < trials.count; trial++) {
    const random = createRandom(trial).fork('promise');
    const aaDesign = planAb({ ...SPANS, blocks: 6, periodsPerBlock: 2, seed: trial });
    const noise = noiseOf(aaDesign, measuredPeriods(random.fork('aa'), aaDesign));
    const design = withDetectable(designOf(trials, trial), noise!);
    promised.push(design.detectablePct!);
    const periods = measuredPeriods(random.fork('ab'), design, { effect: design.detectablePct! / 100 });
    if (primaryEffect(design, periods, random.fork('effects')).significant) found++;
  }
  return { promisedPct: promised.sort((a, b) => a - b)[Math.floor(promised.length / 2)]!, foundPct: (100 * found) / trials.count };
}

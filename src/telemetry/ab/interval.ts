import { drawIndex } from '../../statistics/draws.ts';
import { quantile } from '../../statistics/quantile.ts';
import type { Uniform } from '../../statistics/random.ts';
import { criticalT } from '../../statistics/student-t.ts';
import { AdjustedResponse, type BlockRows } from './adjusted.ts';

/** From so many blocks on they tell their own spread; fewer need Student's t. */
const BOOTSTRAP_BLOCKS = 20;
const RESAMPLES = 2000;
const TAIL = 0.025;

interface Measured {
  readonly blocks: readonly BlockRows[];
  /** Of each block, -1/2 for A and 1/2 for B. */
  readonly arms: readonly (readonly number[])[];
}

const byStudent = ({ blocks, arms }: Measured): [number, number] => {
  const response = new AdjustedResponse(blocks);
  const { effect, standardError } = response.effectOf(arms.flat());
  const reach = criticalT(2 * TAIL, response.df) * standardError;
  return [effect - reach, effect + reach];
};

const byBlocks = (random: Uniform, { blocks, arms }: Measured): [number, number] => {
  const draws = Array.from({ length: RESAMPLES }, () => {
    const picks = blocks.map(() => drawIndex(random, blocks.length));
    return new AdjustedResponse(picks.map((pick) => blocks[pick]!)).effectOf(picks.flatMap((pick) => arms[pick]!)).effect;
  });
  return [quantile(draws, TAIL)!, quantile(draws, 1 - TAIL)!];
};

/** The 95 % interval of B less A in units of the response: Student's, or by drawing whole blocks again where there are many. */
export const effectInterval = (random: Uniform, measured: Measured): [number, number] =>
  measured.blocks.length < BOOTSTRAP_BLOCKS ? byStudent(measured) : byBlocks(random, measured);

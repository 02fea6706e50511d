import { bootstrapDraws } from '../../statistics/bootstrap.ts';
import { quantileSorted, sorted } from '../../statistics/quantile.ts';
import type { Uniform } from '../../statistics/random.ts';
import { criticalT } from '../../statistics/student-t.ts';
import { AdjustedResponse, pickedBlocks, pickedRows, type CentredRows } from './adjusted.ts';

/** From so many blocks on they tell their own spread; fewer need Student's t. */
const BOOTSTRAP_BLOCKS = 20;
const TAIL = 0.025;

interface Measured {
  readonly rows: CentredRows;
  /** Of each period, -1/2 for A and 1/2 for B. */
  readonly arms: Float64Array;
}

const byStudent = ({ rows, arms }: Measured): [number, number] => {
  const response = new AdjustedResponse(rows);
  const { effect, standardError } = response.effectOf(arms);
  const reach = criticalT(2 * TAIL, response.df) * standardError;
  return [effect - reach, effect + reach];
};

/** Resampled blocks vary too little: few of them, and covariates fitted to them (the correction of Cameron and Miller 2015). */
const stretchOf = ({ blocks, response }: CentredRows, df: number): number => {
  const free = response.length - blocks;
  return Math.sqrt((blocks / (blocks - 1)) * ((free - 1) / df));
};

const byBlocks = (random: Uniform, { rows, arms }: Measured): [number, number] => {
  const { blocks } = rows;
  const response = new AdjustedResponse(rows);
  const { effect } = response.effectOf(arms);
  const stretch = stretchOf(rows, response.df);
  const effectOf = (picks: Uint32Array): number =>
    new AdjustedResponse(pickedRows(rows, picks)).effectOf(pickedBlocks(arms, blocks, picks)).effect;
  const draws = sorted(bootstrapDraws(random, [blocks, blocks], effectOf)!);
  const endOf = (p: number): number => effect + stretch * (quantileSorted(draws, p)! - effect);
  return [endOf(TAIL), endOf(1 - TAIL)];
};

/** The 95 % interval of B less A in units of the response: Student's, or by drawing whole blocks again where there are many. */
export const effectInterval = (random: Uniform, measured: Measured): [number, number] =>
  measured.rows.blocks < BOOTSTRAP_BLOCKS ? byStudent(measured) : byBlocks(random, measured);

import { fcnnlsVector } from 'ml-fcnnls';
import { Matrix } from 'ml-matrix';
import type { Role } from '../../domain/instance.ts';
import type { IterationLoad, Predictor } from '../predictor.ts';

/**
 * The parts of an iteration that may change by themselves: time that nothing changes (host, weights from memory), what waits for SM
 * cycles, what grows with the batch, and what grows with the tokens. Their shares add up to 1.
 */
export const DIRECTIONS = 4;

const COLUMNS = 6;
const NO_COLUMNS: readonly number[] = Array.from({ length: COLUMNS }, () => 0);

/** Columns of the rough model: `1`, `1/f`, and batch and tokens with and without `1/f`; the clock relative to the highest. */
const columnsOf = ({ batch, tokens }: IterationLoad, relativeClock: number): readonly number[] => {
  const slower = 1 / relativeClock;
  return [1, slower, batch, batch * slower, tokens, tokens * slower];
};

const GRIDS: Readonly<Record<Role, readonly IterationLoad[]>> = {
  decode: [1, 8, 24, 64, 128, 256].flatMap((batch) => [64, 512, 1024, 3072].map((each) => ({ batch, tokens: batch * each }))),
  prefill: [64, 128, 256, 512, 1024, 2048, 4096, 8192].map((tokens) => ({ batch: 1, tokens })),
};
const CLOCKS = 6;
/** Pulls every coefficient towards 0 by next to nothing: prefill has one batch, so that some columns cannot be told apart. */
const RIDGE = 1e-4;

/** Writes how the latency of a load at a clock is divided among the directions. Asked with every prediction, so it makes no garbage. */
export type Shares = (load: IterationLoad, clockMhz: number, shares: Float64Array) => void;

/** Rows scaled to relative errors, columns to length 1. */
function solve(rows: readonly (readonly number[])[]): number[] {
  const lengths = Array.from({ length: COLUMNS }, (_, i) => Math.hypot(...rows.map((row) => row[i]!)) || 1);
  const scaled = rows.map((row) => row.map((value, i) => value / lengths[i]!));
  const ridge = lengths.map((_, i) => lengths.map((__, j) => (i === j ? RIDGE : 0)));
  const solution = fcnnlsVector(new Matrix([...scaled, ...ridge]), [...scaled.map(() => 1), ...ridge.map(() => 0)]).K.to1DArray();
  return solution.map((value, i) => value / lengths[i]!);
}

/**
 * A rough model of the predictor, fitted to its own answers once: non-negative and smooth, it knows no steps. It says which part of a
 * latency would change when a device changes in one direction, at a price of a few multiplications a question.
 */
export function sharesOf(predictor: Predictor, phase: Role): Shares {
  const [lowestMhz, highestMhz] = predictor.clockRangeMhz;
  const rows: number[][] = [];
  for (let i = 0; i < CLOCKS; i++) {
    const clockMhz = lowestMhz + ((highestMhz - lowestMhz) * i) / (CLOCKS - 1);
    for (const load of GRIDS[phase]) {
      const { latencyMs } = predictor.predict(load, clockMhz);
      if (latencyMs > 0) rows.push(columnsOf(load, clockMhz / highestMhz).map((value) => value / latencyMs));
    }
  }
  const [fixed, slowed, batch, batchSlowed, tokens, tokensSlowed] = rows.length === 0 ? NO_COLUMNS : solve(rows);
  return (load, clockMhz, shares) => {
    const slower = highestMhz / clockMhz;
    shares[0] = fixed!;
    shares[1] = slowed! * slower;
    shares[2] = (batch! + batchSlowed! * slower) * load.batch;
    shares[3] = (tokens! + tokensSlowed! * slower) * load.tokens;
    const total = shares[0] + shares[1] + shares[2] + shares[3];
    for (let i = 0; i < DIRECTIONS; i++) shares[i] = total > 0 ? shares[i]! / total : 1 / DIRECTIONS;
  };
}

import type { Role } from '../../domain/instance.ts';
import type { IterationLoad } from '../predictor.ts';

/** Engines capture decode graphs, and GEMMs have tiles, at multiples of this many rows. */
const ROWS = 8;
const FINE_UP_TO = 128;
const COARSE_ROWS = 32;
const COARSE_UP_TO = 512;
const FINE = FINE_UP_TO / ROWS;
const COARSE = (COARSE_UP_TO - FINE_UP_TO) / COARSE_ROWS;
/** Stretches of the batch or of the prompt, each with its own residual: where the steps of the staircase lie is local. */
export const BUCKETS = FINE + COARSE + 1;

/** Decode: one captured graph each up to 128, then 32 rows, then the rest. */
function ofBatch(batch: number): number {
  if (batch <= FINE_UP_TO) return Math.max(0, Math.ceil(batch / ROWS) - 1);
  return Math.min(BUCKETS - 1, FINE + Math.ceil((batch - FINE_UP_TO) / COARSE_ROWS) - 1);
}

const SHORTEST_PROMPT = 32;
const PER_OCTAVE = 3;

/** Prefill: thirds of an octave from 32 tokens on. */
const ofTokens = (tokens: number): number =>
  Math.min(BUCKETS - 1, Math.max(0, Math.round(PER_OCTAVE * Math.log2(Math.max(1, tokens) / SHORTEST_PROMPT))));

export const bucketOf = (phase: Role, { batch, tokens }: IterationLoad): number => (phase === 'decode' ? ofBatch(batch) : ofTokens(tokens));

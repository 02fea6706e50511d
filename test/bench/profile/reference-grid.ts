import type { Role } from '../../../src/domain/instance.ts';
import { estimateIteration, type AnalyticEstimate } from '../../../src/prediction/analytic/estimate.ts';
import { kvCapacityTokens } from '../../../src/prediction/analytic/device.ts';
import { decodeWork, prefillWork } from '../../../src/prediction/analytic/work.ts';
import type { FitPoint } from '../../../src/prediction/fit/fit-point.ts';
import { fitSegments } from '../../../src/prediction/fit/fit-segments.ts';
import { segmentsModel } from '../../../src/prediction/fitted-predictor.ts';
import type { SeededRandom } from '../../../src/statistics/random.ts';
import { cluster } from '../../fixtures/world/shipped.ts';
import { cards, normal, type BenchDevice } from './device.ts';

/** The reference's profiling: clocks and batches written into its code, one run per pair from an empty KV cache until it is full. */
const CLOCKS_MHZ = [1005, 1095, 1200, 1305, 1410];
const pairs = (step: number, from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, i) => (from + i) * step).flatMap((batch) => [batch, batch + 1]);
const DECODE_BATCHES = [...pairs(8, 1, 16), ...pairs(128, 2, 8)];
const CONTEXT_LIMIT = 16_384;
/** Prompts of up to a chunk, each so often; all of it takes the ten minutes that the reference reports. */
const PREFILL_TOKENS = Array.from({ length: 56 }, (_, i) => 256 * (i + 9));
const PREFILL_GPU_S = 600;
/** Iterations of a run that enter the fit: all of them would tell no more. */
const READ_PER_RUN = 12;
/** Contexts that tell a line in tokens from noise. */
const CONTEXTS = 3;
const MS_PER_S = 1000;

export interface ReferenceProfile {
  readonly points: Readonly<Record<Role, readonly FitPoint[]>>;
  readonly gpuSeconds: number;
  /** Of its grid alone, were each run read at a few contexts instead of until the cache is full. */
  readonly readings: number;
}

type Reading = Pick<AnalyticEstimate, 'latencyMs' | 'powerW'>;

function pointOf(
  { device, gain }: BenchDevice,
  load: { batch: number; tokens: number; clockMhz: number },
  { latencyMs, powerW }: Reading,
  random: SeededRandom,
): FitPoint {
  const wild = random.next() < 0.02 ? 5 : 1;
  const [ms, watts] = [latencyMs * (1 + 0.02 * normal(random)) * wild, powerW * device.tp * gain * (1 + 0.02 * normal(random))];
  return { ...load, latencyMs: ms, powerW: watts, energyJ: (ms * watts) / MS_PER_S };
}

interface Run {
  readonly points: readonly FitPoint[];
  readonly gpuSeconds: number;
}

/** One batch at one clock, from prompts of one token until the KV cache is full. */
function decodeRun(bench: BenchDevice, batch: number, clockMhz: number, random: SeededRandom): Run {
  const capacity = kvCapacityTokens(cards.gpu, cards.model, cards.engine, cluster.tp);
  const iterations = Math.floor(Math.min(capacity / batch, CONTEXT_LIMIT));
  const readings = Array.from({ length: READ_PER_RUN }, (_, i) => {
    const tokens = Math.round(((i + 0.5) / READ_PER_RUN) * iterations) * batch;
    return { tokens, estimate: estimateIteration(bench.device, decodeWork(batch, tokens), clockMhz) };
  });
  const meanMs = readings.reduce((sum, { estimate }) => sum + estimate.latencyMs, 0) / readings.length;
  return {
    points: readings.map(({ tokens, estimate }) => pointOf(bench, { batch, tokens, clockMhz }, estimate, random)),
    gpuSeconds: (iterations * meanMs * bench.device.tp) / MS_PER_S,
  };
}

const prefillPoint = (bench: BenchDevice, tokens: number, clockMhz: number, random: SeededRandom): FitPoint =>
  pointOf(
    bench,
    { batch: 1, tokens, clockMhz },
    estimateIteration(bench.device, prefillWork([{ newTokens: tokens, pastTokens: 0 }]), clockMhz),
    random,
  );

export function referenceProfile(bench: BenchDevice): ReferenceProfile {
  const random = bench.random.fork('reference');
  const runs = CLOCKS_MHZ.flatMap((clockMhz) => DECODE_BATCHES.map((batch) => decodeRun(bench, batch, clockMhz, random)));
  const prefill = CLOCKS_MHZ.flatMap((clockMhz) => PREFILL_TOKENS.map((tokens) => prefillPoint(bench, tokens, clockMhz, random)));
  return {
    points: { decode: runs.flatMap(({ points }) => points), prefill },
    readings: CONTEXTS * runs.length + prefill.length,
    gpuSeconds: PREFILL_GPU_S + runs.reduce((sum, { gpuSeconds }) => sum + gpuSeconds, 0),
  };
}

/** Its own form of model; steps found in the data rather than written down, which does it no harm. */
export const referenceModel = (phase: Role, points: readonly FitPoint[]) =>
  segmentsModel(phase, fitSegments({ instance: phase, phase, tp: cluster.tp, points, idle: [] }).levels);

export const REFERENCE_LOWEST_MHZ = CLOCKS_MHZ[0]!;

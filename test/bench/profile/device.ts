import type { FittedCards, ProfilePoint } from '../../../src/domain/profile.ts';
import type { Role } from '../../../src/domain/instance.ts';
import { emulatedDevice } from '../../../src/emulation/instance.ts';
import type { EmulatedInstanceSpec } from '../../../src/emulation/types.ts';
import type { Device } from '../../../src/prediction/analytic/device.ts';
import { kvCapacityTokens } from '../../../src/prediction/analytic/device.ts';
import { estimateIteration } from '../../../src/prediction/analytic/estimate.ts';
import { decodeWork, prefillWork } from '../../../src/prediction/analytic/work.ts';
import type { IterationLoad } from '../../../src/prediction/predictor.ts';
import { createRandom, type SeededRandom } from '../../../src/statistics/random.ts';
import { cluster, engine, gpu, model } from '../../fixtures/world/shipped.ts';

export const cards: FittedCards = { gpu, model, engine };
export const provenance = {
  cluster: cluster.name,
  gpu: gpu.id,
  model: model.id,
  tp: cluster.tp,
  engine: engine.id,
  fingerprint: 'virtual',
};

/** Largest deviation of what a power meter shows from what is drawn. */
const GAIN_SPREAD = 0.05;

/** One device personality, measured in both phases. */
export interface BenchDevice {
  readonly seed: number;
  readonly specs: readonly EmulatedInstanceSpec[];
  readonly device: Device;
  /** What its meter shows per watt. */
  readonly gain: number;
  readonly random: SeededRandom;
}

export function benchDevice(seed: number): BenchDevice {
  const random = createRandom(seed).fork('bench:profile');
  const specs = (['prefill', 'decode'] as const).map((role) => ({ id: role, role, gpu, model, engine, tp: cluster.tp, seed }));
  return { seed, specs, device: emulatedDevice(specs[0]!), gain: 1 + GAIN_SPREAD * (2 * random.next() - 1), random };
}

/** What `estimate --emulated` says; power as the device's own meter shows it. */
export function truthOf({ device, gain }: BenchDevice, phase: Role, { batch, tokens }: IterationLoad, clockMhz: number) {
  const work =
    phase === 'decode'
      ? decodeWork(batch, tokens)
      : prefillWork(Array.from({ length: batch }, () => ({ newTokens: tokens / batch, pastTokens: 0 })));
  const { latencyMs, powerW } = estimateIteration(device, work, clockMhz);
  return { latencyMs, powerW: powerW * device.tp * gain };
}

export interface Question {
  readonly phase: Role;
  readonly load: IterationLoad;
  readonly clockMhz: number;
}

const CLOCKS = { minMhz: 690, stepMhz: 15, count: 49 };
const MOST_BATCH = 512;

/** Points of the contract's ranges, evenly, half of them of each phase; what does not fit in memory or in a chunk is drawn again. */
export function questionsOf({ random }: BenchDevice, count: number): Question[] {
  const own = random.fork('questions');
  const between = (low: number, high: number): number => low + Math.floor(own.next() * (high - low + 1));
  const room = kvCapacityTokens(gpu, model, engine, cluster.tp);
  const draw = (phase: Role): Question => {
    const clockMhz = CLOCKS.minMhz + CLOCKS.stepMhz * between(0, CLOCKS.count - 1);
    const each = phase === 'decode' ? between(64, 4096) : between(64, 8192);
    const most = phase === 'decode' ? MOST_BATCH : Math.min(MOST_BATCH, Math.floor(engine.chunkTokens / each));
    const batch = between(1, most);
    return batch * each <= room ? { phase, load: { batch, tokens: batch * each }, clockMhz } : draw(phase);
  };
  return Array.from({ length: count }, (_, i) => draw(i % 2 === 0 ? 'decode' : 'prefill'));
}

/** Standard normal (Box and Muller). */
export const normal = (random: SeededRandom): number => Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());

export interface Disturbed {
  readonly noise: number;
  readonly outliers: number;
}
const OUTLIER = 5;

/** Readings with noise, some of them wild, in latency or in power. */
export const disturbed = (points: readonly ProfilePoint[], random: SeededRandom, { noise, outliers }: Disturbed): ProfilePoint[] =>
  points.map((point) => {
    const [latencyNoise, powerNoise] = [1 + noise * normal(random), 1 + noise * normal(random)];
    const wild = random.next() < outliers ? OUTLIER : 1;
    const latencyMs = point.latencyMs * latencyNoise * wild;
    const powerW = point.powerW * powerNoise;
    return { ...point, latencyMs, powerW, energyJ: (powerW * provenance.tp * latencyMs) / 1000 };
  });

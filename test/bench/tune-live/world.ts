import { readFileSync } from 'node:fs';
import { parseEngineCard, parseGpuCard, parseModelCard, parseWorkloadCard } from '../../../src/config/cards.ts';
import type { EngineCard, GpuCard } from '../../../src/domain/cards.ts';
import type { Role } from '../../../src/domain/instance.ts';
import type { WorkloadRequest } from '../../../src/domain/request.ts';
import { clockTable } from '../../../src/emulation/device.ts';
import type { EmulatedInstanceSpec } from '../../../src/emulation/types.ts';
import { createDevice } from '../../../src/prediction/analytic/device.ts';
import { BY_THE_CARD } from '../../../src/prediction/analytic/personality.ts';
import { analyticPredictor } from '../../../src/prediction/analytic-predictor.ts';
import type { Predictor } from '../../../src/prediction/predictor.ts';
import { tabledPredictor } from '../../../src/prediction/tabled/tabled-predictor.ts';
import type { WorkloadCard } from '../../../src/workload/card.ts';
import { seededSchedule } from '../../../src/workload/seeded-schedule.ts';

const profileText = (path: string): string => readFileSync(new URL(`../../../profiles/${path}.json`, import.meta.url), 'utf8');

export const GPU = parseGpuCard(profileText('gpus/a100-sxm4-80gb'), 'gpu');
export const MODEL = parseModelCard(profileText('models/llama-3.1-8b'), 'model');
export const ENGINE = parseEngineCard(profileText('engines/sglang-like'), 'engine');
const WORKLOAD = parseWorkloadCard<WorkloadCard>(profileText('workloads/azure-conv-2023'), 'workload');

/** The demo's cluster: two pairs on the card's own devices. */
export const SIZE: Readonly<Record<Role, number>> = { prefill: 2, decode: 2 };
export const SLO = { ttftMs: 1000, itlMs: 50 };
export const LOWEST_MHZ = 390;
export const CLOCKS_MHZ = clockTable(GPU).filter((mhz) => mhz >= LOWEST_MHZ);

export const ids = (role: Role): string[] => Array.from({ length: SIZE[role] }, (_, i) => `${role[0]}${i}`);

export const specs = (): EmulatedInstanceSpec[] =>
  (['prefill', 'decode'] as const).flatMap((role) =>
    ids(role).map((id, i) => ({ id, role, gpu: GPU, model: MODEL, engine: ENGINE, tp: 1, seed: i, personality: BY_THE_CARD })),
  );

export const scheduleAt = (ratePerS: number, durationS: number, seed: number): WorkloadRequest[] =>
  seededSchedule({ card: WORKLOAD, ratePerS, burstiness: 1, seed, extent: { durationMs: durationS * 1000 } });

/** How a profile differs from the devices that it was taken of. Factors are predicted over true. */
export interface ProfileError {
  readonly latency?: number;
  readonly power?: number;
  /** Batch steps lie so many rows further up. */
  readonly stepRows?: number;
  readonly gpu?: Partial<GpuCard['power']>;
}

const movedSizes = (engine: EngineCard, rows: number): EngineCard => ({
  ...engine,
  captureSizes: [...new Set(engine.captureSizes.map((size) => Math.max(1, size + rows)))].sort((a, b) => a - b),
});

/** A predictor from a profile with that error. */
export function profiledWith({ latency = 1, power = 1, stepRows = 0, gpu }: ProfileError, role: Role): Predictor {
  const card = gpu ? { ...GPU, power: { ...GPU.power, ...gpu } } : GPU;
  const device = createDevice(card, MODEL, movedSizes(ENGINE, stepRows), 1);
  const tabled = tabledPredictor(analyticPredictor(device, role, LOWEST_MHZ), role, CLOCKS_MHZ);
  if (latency === 1 && power === 1) return tabled;
  return {
    clockRangeMhz: tabled.clockRangeMhz,
    evidence: tabled.evidence,
    predict(load, clockMhz) {
      const { latencyMs, powerW, idleW, ...rest } = tabled.predict(load, clockMhz);
      return { latencyMs: latencyMs * latency, powerW: powerW * power, idleW: idleW * power, ...rest };
    },
  };
}

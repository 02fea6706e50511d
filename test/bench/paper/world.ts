import { readFileSync } from 'node:fs';
import { parseEngineCard, parseGpuCard, parseModelCard } from '../../../src/config/cards.ts';
import type { EngineCard, GpuCard, ModelCard } from '../../../src/domain/cards.ts';
import type { Role } from '../../../src/domain/instance.ts';
import type { Slo } from '../../../src/domain/slo.ts';
import { clockTable } from '../../../src/emulation/instance.ts';
import type { EmulatedInstanceSpec } from '../../../src/emulation/types.ts';
import { BY_THE_CARD } from '../../../src/prediction/analytic/personality.ts';
import { createDevice, kvCapacityTokens, type Device } from '../../../src/prediction/analytic/device.ts';
import { estimateIteration } from '../../../src/prediction/analytic/estimate.ts';
import { prefillWork } from '../../../src/prediction/analytic/work.ts';
import { analyticPredictor } from '../../../src/prediction/analytic-predictor.ts';
import type { Predictor } from '../../../src/prediction/predictor.ts';
import { tabledPredictor } from '../../../src/prediction/tabled/tabled-predictor.ts';

/** A cluster of equal devices, as plain data that a worker can be sent. */
export interface WorldSpec {
  readonly gpu: string;
  readonly model: string;
  readonly tp: number;
  readonly prefill: number;
  readonly decode: number;
  readonly slo: Slo;
  /** TTFT SLO of a request: this many times its unloaded prefill at the maximum clock, where that is more than `slo.ttftMs`. */
  readonly ttftUnloadedFactor?: number;
  /** In place of the card's. */
  readonly voltageFloor?: number;
  readonly engine?: Partial<EngineCard>;
}

/** Nobody has measured below: what every governor's table begins at. */
export const LOWEST_MHZ = 690;

/** A world with everything in it that does not change from run to run. */
export interface World {
  readonly spec: WorldSpec;
  readonly gpu: GpuCard;
  readonly model: ModelCard;
  readonly engine: EngineCard;
  readonly device: Device;
  readonly clocksMhz: readonly number[];
  readonly kvCapacityTokens: number;
  /** True of its devices unless the world is hostile. */
  readonly predictors: Readonly<Record<Role, Predictor>>;
}

const profileText = (path: string): string => readFileSync(new URL(`../../../profiles/${path}.json`, import.meta.url), 'utf8');

function gpuOf({ gpu: id, voltageFloor }: WorldSpec): GpuCard {
  const card = parseGpuCard(profileText(`gpus/${id}`), id);
  return voltageFloor === undefined ? card : { ...card, power: { ...card.power, voltageFloor } };
}

function build(spec: WorldSpec): World {
  const gpu = gpuOf(spec);
  const model = parseModelCard(profileText(`models/${spec.model}`), spec.model);
  const engine = { ...parseEngineCard(profileText('engines/sglang-like'), 'engine'), ...spec.engine };
  const device = createDevice(gpu, model, engine, spec.tp);
  const clocksMhz = clockTable(gpu).filter((mhz) => mhz >= LOWEST_MHZ);
  const predictor = (role: Role): Predictor => tabledPredictor(analyticPredictor(device, role, LOWEST_MHZ), role, clocksMhz);
  return {
    spec,
    gpu,
    model,
    engine,
    device,
    clocksMhz,
    kvCapacityTokens: kvCapacityTokens(gpu, model, engine, spec.tp),
    predictors: { prefill: predictor('prefill'), decode: predictor('decode') },
  };
}

const worlds = new Map<string, World>();

/** The same object for the same spec: what its predictors have tabled serves every later run. */
export function worldOf(spec: WorldSpec): World {
  const key = JSON.stringify(spec);
  const world = worlds.get(key) ?? build(spec);
  worlds.set(key, world);
  return world;
}

/** Devices exactly as the cards say; what a hostile world adds to them the simulator draws. */
export function specsOf({ spec, gpu, model, engine }: World, awake: Readonly<Record<Role, number>>): EmulatedInstanceSpec[] {
  const of = (role: Role): EmulatedInstanceSpec[] =>
    Array.from({ length: awake[role] }, (_, i) => ({
      id: `${role[0]}${i}`,
      role,
      gpu,
      model,
      engine,
      tp: spec.tp,
      seed: i + 1,
      personality: BY_THE_CARD,
    }));
  return [...of('prefill'), ...of('decode')];
}

/** Alone on an instance at its maximum clock, in chunks where the engine cuts it. */
function unloadedPrefillMs({ device, engine, gpu }: World, promptTokens: number): number {
  let sumMs = 0;
  for (let pastTokens = 0; pastTokens < promptTokens; pastTokens += engine.chunkTokens) {
    const newTokens = Math.min(engine.chunkTokens, promptTokens - pastTokens);
    sumMs += estimateIteration(device, prefillWork([{ newTokens, pastTokens }]), gpu.clock.maxMhz).latencyMs;
  }
  return sumMs;
}

/** What a request of so many prompt tokens is promised. */
export function ttftPromise(world: World): (promptTokens: number) => number {
  const { slo, ttftUnloadedFactor } = world.spec;
  if (ttftUnloadedFactor === undefined) return () => slo.ttftMs;
  return (promptTokens) => Math.max(slo.ttftMs, ttftUnloadedFactor * unloadedPrefillMs(world, promptTokens));
}

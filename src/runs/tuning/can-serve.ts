import { VoltanaError } from '../../domain/errors.ts';
import type { DeviceVariant } from '../../domain/tuning.ts';
import { MS_PER_S } from '../../domain/units.ts';
import { kvCapacityTokens } from '../../prediction/analytic/device.ts';
import type { Predictor } from '../../prediction/predictor.ts';
import type { CanServe } from '../../tuning/search/screen.ts';
import { sharedPredictors, type PredictedDevices } from '../simulating/fleet.ts';
import { variantOf, type TuningGround, type TuningLoad } from './ground.ts';
import { devicesOf } from './scenario-of.ts';

interface MeanLengths {
  readonly promptTokens: number;
  readonly outputTokens: number;
}

/** What one instance does at its highest clock, of either phase. */
interface Ability {
  readonly promptsPerS: number;
  readonly tokensPerS: number;
}

export function meanLengths(load: TuningLoad): MeanLengths {
  if (load.kind === 'workload') return { promptTokens: load.card.meanPromptTokens, outputTokens: load.card.meanOutputTokens };
  if (load.kind === 'mixed') {
    const mean = (of: keyof MeanLengths): number =>
      load.parts.reduce((sum, part) => sum + (part.ratePerS / load.ratePerS) * meanLengths(part)[of], 0);
    return { promptTokens: mean('promptTokens'), outputTokens: mean('outputTokens') };
  }
  const { requests } = load;
  const mean = (of: (request: (typeof requests)[number]) => number): number =>
    requests.reduce((sum, one) => sum + of(one), 0) / requests.length;
  return { promptTokens: mean((one) => one.promptTokens), outputTokens: mean((one) => one.maxTokens) };
}

/** As many prompts at once as is best: never slower than what queues make of it. */
function promptsPerS({ engine, clocksMhz }: PredictedDevices, predictor: Predictor, { promptTokens }: MeanLengths): number {
  const most = Math.max(1, Math.min(engine.maxRunningPrefill, Math.floor(engine.chunkTokens / promptTokens)));
  let best = 0;
  for (let batch = 1; batch <= most; batch++) {
    const { latencyMs } = predictor.predict({ batch, tokens: Math.round(batch * promptTokens) }, clocksMhz.at(-1)!);
    best = Math.max(best, (batch * MS_PER_S) / latencyMs);
  }
  return best;
}

/** Of the batches that keep the gap and have room, the one that brings most. 0 where not even one request keeps it. */
function tokensPerS(
  { gpu, model, engine, tp, clocksMhz }: PredictedDevices,
  predictor: Predictor,
  lengths: MeanLengths,
  itlMs: number,
): number {
  const contextTokens = lengths.promptTokens + lengths.outputTokens / 2;
  const room = Math.max(1, Math.floor(kvCapacityTokens(gpu, model, engine, tp) / contextTokens));
  let best = 0;
  for (let batch = 1; batch <= Math.min(engine.maxRunningDecode, room); batch++) {
    const { latencyMs } = predictor.predict({ batch, tokens: Math.round(batch * contextTokens) }, clocksMhz.at(-1)!);
    if (latencyMs <= itlMs) best = Math.max(best, (batch * MS_PER_S) / latencyMs);
  }
  return best;
}

const AS_IT_IS = { powerLimitW: null, maxRunning: null, captureSizes: null, chunkTokens: null };

function devicesFor(variant: DeviceVariant, tp: number): PredictedDevices | null {
  try {
    return devicesOf(variant, { tp, ...AS_IT_IS });
  } catch (error) {
    if (error instanceof VoltanaError) return null;
    throw error;
  }
}

/** What one instance of a variant does, phase by phase. */
export interface PhasePredictors {
  readonly devices: PredictedDevices;
  readonly prefill: Predictor;
  readonly decode: Predictor;
}

/** Null where the model has no room, cannot be split so, or was not measured so. */
export function phasePredictors(variant: DeviceVariant, tp: number): PhasePredictors | null {
  const devices = devicesFor(variant, tp);
  if (devices === null) return null;
  const predictorOf = sharedPredictors(devices);
  const predictor = (role: 'prefill' | 'decode'): Predictor =>
    predictorOf(role, variant.fitted?.instances.find(({ phase }) => phase === role) ?? null);
  return { devices, prefill: predictor('prefill'), decode: predictor('decode') };
}

function abilityOf({ load, slo }: TuningGround, variant: DeviceVariant, tp: number): Ability | null {
  const known = phasePredictors(variant, tp);
  if (known === null) return null;
  const { devices, prefill, decode } = known;
  const lengths = meanLengths(load);
  return { promptsPerS: promptsPerS(devices, prefill, lengths), tokensPerS: tokensPerS(devices, decode, lengths, slo.itlMs) };
}

/** Work that nobody is there for takes all of the time and more. */
const share = (work: number, ability: number): number => (ability > 0 ? work / ability : Infinity);

/**
 * Arithmetic in place of a simulation: whether weights and KV have room, and how busy layouts are with the mean lengths of a load at their
 * highest clock, engines as their cards have them. Optimistic: prompts come in the best batches, and decode keeps the gap with as many
 * requests as it can.
 */
export function canServeOn(ground: TuningGround): CanServe {
  const known = new Map<string, Ability | null>();
  const { ratePerS } = ground.load;
  const { outputTokens } = meanLengths(ground.load);
  return ({ variant: id, tp, prefill, decode, aggregated }) => {
    const key = `${tp} ${id}`;
    if (!known.has(key)) known.set(key, abilityOf(ground, variantOf(ground, id), tp));
    const ability = known.get(key)!;
    if (ability === null) return { fits: false, prefillUtilisation: Infinity, decodeUtilisation: Infinity };
    return {
      fits: true,
      prefillUtilisation: share(ratePerS, (prefill + aggregated) * ability.promptsPerS),
      decodeUtilisation: share(ratePerS * outputTokens, (decode + aggregated) * ability.tokensPerS),
    };
  };
}

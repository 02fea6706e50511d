import type { EngineCard, GpuCard, ModelCard } from '../../domain/cards.ts';
import { createClockTables, type ClockTables } from './clock-effects.ts';
import { allExpertWeights } from './experts.ts';
import { layerGemms, type GemmShape } from './gemm.ts';
import { BY_THE_CARD, type Personality } from './personality.ts';
import { headBytesPerWeight, kvBytesPerTokenOfGpu, ratesOf, type Rates } from './rates.ts';

/** A model on a GPU under an engine: everything the estimate needs, per GPU of the tensor-parallel group. */
export interface Device {
  readonly gpu: GpuCard;
  readonly model: ModelCard;
  readonly engine: EngineCard;
  readonly tp: number;
  readonly personality: Personality;
  /** All GEMMs of the layers that every token passes, as one: they share their rows. Experts are not among them. */
  readonly layers: GemmShape;
  readonly head: GemmShape;
  readonly rates: Rates;
  /** GEMM rows round up to these: `small` up to `smallLimit` rows, `large` above. */
  readonly tile: GpuCard['tile'];
  readonly clocks: ClockTables;
  /** Batch an engine runs for each batch up to the largest captured graph. */
  readonly captured: Uint32Array;
}

/** KV bytes of one token over all layers, each KV head counted once. */
export const kvBytesPerToken = (model: ModelCard): number => 2 * model.layers * model.kvHeads * model.headDim * model.bytesPerKvElement;

/** The next captured size for every batch up to the last of them. */
function capturedSizes({ captureSizes }: EngineCard): Uint32Array {
  const padded = new Uint32Array((captureSizes.at(-1) ?? 0) + 1);
  let size = 0;
  for (let batch = 0; batch < padded.length; batch++) {
    while (captureSizes[size]! < batch) size++;
    padded[batch] = captureSizes[size]!;
  }
  return padded;
}

/** No small tile is used where a personality's large one would do with fewer rows. */
function tileOf({ tile }: GpuCard, { tile: factor }: Personality): GpuCard['tile'] {
  const large = Math.max(1, Math.round((tile.large * factor) / 8) * 8);
  return { small: tile.small, smallLimit: Math.min(tile.smallLimit, large), large };
}

export function createDevice(
  gpu: GpuCard,
  model: ModelCard,
  engine: EngineCard,
  tp: number,
  personality: Personality = BY_THE_CARD,
): Device {
  const parts = { gpu, model, engine, tp, personality };
  return {
    ...parts,
    layers: layerGemms(model, tp),
    head: { weights: (model.hidden * model.vocab) / tp, widths: model.hidden + model.vocab / tp },
    rates: ratesOf(parts),
    tile: tileOf(gpu, personality),
    clocks: createClockTables(gpu, gpu.power.kneeMhz * personality.knee),
    captured: capturedSizes(engine),
  };
}

/** Bytes of all weights, every expert, copied KV heads and the input embedding included (its lookup costs no time worth modelling), on all GPUs. */
export const weightBytes = (model: ModelCard, tp = 1): number =>
  (tp * layerGemms(model, tp).weights + allExpertWeights(model)) * model.bytesPerWeight +
  2 * model.hidden * model.vocab * headBytesPerWeight(model);

/** KV tokens that an instance of `tp` GPUs holds beside the weights; 0 or less when the weights alone do not fit. */
export const kvCapacityTokens = (gpu: GpuCard, model: ModelCard, engine: EngineCard, tp: number): number =>
  Math.floor((gpu.hbmBytes * tp * engine.memoryFraction - weightBytes(model, tp)) / (tp * kvBytesPerTokenOfGpu(model, tp)));

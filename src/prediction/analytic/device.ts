import type { EngineCard, GpuCard, ModelCard } from '../../domain/cards.ts';
import { allExpertWeights } from './experts.ts';
import { BY_THE_CARD, type Personality } from './personality.ts';

/** A model on a GPU under an engine: everything the estimate needs, per GPU of the tensor-parallel group. */
export interface Device {
  readonly gpu: GpuCard;
  readonly model: ModelCard;
  readonly engine: EngineCard;
  readonly tp: number;
  readonly personality: Personality;
  /** Read in every iteration, whatever the batch: experts are not among them. */
  readonly linearWeights: number;
  readonly headWeights: number;
  readonly kvBytesPerToken: number;
  readonly activationBytesPerToken: number;
  readonly tileRows: number;
  readonly kneeMhz: number;
}

/** Weights that every token passes, all layers: the attention projections, and the gated FFN or the experts' router. */
const linearWeightsOf = (model: ModelCard): number => {
  const attention = model.hidden * model.headDim * (2 * model.heads + 2 * model.kvHeads);
  const ffn = model.moe ? model.hidden * model.moe.experts : 3 * model.hidden * model.ffn;
  return model.layers * (attention + ffn);
};

/** Width of all the FFN activations of one token. */
const ffnWidthOf = ({ ffn, moe }: ModelCard): number => (moe ? moe.expertsPerToken * moe.moeFfn : ffn);

/**
 * Bytes that norms, rotary embedding, activation and residual adds move per token: 10 passes over the hidden
 * state and 3 over the FFN's, from the per-operator table of Llama-3-8B on A100 (microsoft/vidur) at 8192 tokens.
 */
const activationBytesOf = (model: ModelCard): number => model.layers * model.bytesPerWeight * (10 * model.hidden + 3 * ffnWidthOf(model));

/** KV bytes of one token over all layers and GPUs. */
export const kvBytesPerToken = (model: ModelCard): number => 2 * model.layers * model.kvHeads * model.headDim * model.bytesPerKvElement;

export function createDevice(
  gpu: GpuCard,
  model: ModelCard,
  engine: EngineCard,
  tp: number,
  personality: Personality = BY_THE_CARD,
): Device {
  return {
    gpu,
    model,
    engine,
    tp,
    personality,
    linearWeights: linearWeightsOf(model) / tp,
    headWeights: (model.hidden * model.vocab) / tp,
    kvBytesPerToken: kvBytesPerToken(model) / tp,
    activationBytesPerToken: activationBytesOf(model),
    tileRows: Math.max(1, Math.round((gpu.tile.large * personality.tile) / 8) * 8),
    kneeMhz: gpu.power.kneeMhz * personality.knee,
  };
}

/** Bytes of all weights, every expert and the input embedding included (its lookup costs no time worth modelling), on all GPUs. */
export const weightBytes = (model: ModelCard): number =>
  (linearWeightsOf(model) + allExpertWeights(model) + 2 * model.hidden * model.vocab) * model.bytesPerWeight;

/** KV tokens that an instance of `tp` GPUs holds beside the weights; 0 or less when the weights alone do not fit. */
export const kvCapacityTokens = (gpu: GpuCard, model: ModelCard, engine: EngineCard, tp: number): number =>
  Math.floor((gpu.hbmBytes * tp * engine.memoryFraction - weightBytes(model)) / kvBytesPerToken(model));

import type { GpuCard, MixtureOfExperts, ModelCard } from '../../domain/cards.ts';

/** Weights of one gated expert in one layer. */
const expertWeightsOf = ({ hidden }: ModelCard, { moeFfn }: MixtureOfExperts): number => 3 * hidden * moeFfn;

/** Weights of the experts in all layers; 0 for a dense model. */
export const allExpertWeights = (model: ModelCard): number =>
  model.moe ? model.layers * model.moe.experts * expertWeightsOf(model, model.moe) : 0;

/** Experts of one layer that `tokens` tokens reach, when each takes its k of E evenly: E(1 - (1 - k/E)^tokens). */
export const distinctExperts = ({ experts, expertsPerToken }: MixtureOfExperts, tokens: number): number =>
  experts * (1 - (1 - expertsPerToken / experts) ** tokens);

/** The part of a device that experts depend on. */
interface ExpertHost {
  readonly model: ModelCard;
  readonly gpu: GpuCard;
  readonly tp: number;
}

export interface ExpertWork {
  /** Multiply-adds of one GPU, in weights times rows. */
  readonly multiplyAdds: number;
  /** Weights that one GPU reads. */
  readonly weightsRead: number;
}

const NONE: ExpertWork = { multiplyAdds: 0, weightsRead: 0 };

/**
 * What the experts of all layers compute and read in one iteration. The rows of an expert differ from one to the next,
 * so no common batch step stands out as in a dense GEMM: each expert in use pads by half a small tile on average.
 * @param tokens real tokens, which choose experts
 * @param rows rows computed, those that pad a captured batch included
 */
export function expertWork({ model, gpu, tp }: ExpertHost, tokens: number, rows: number): ExpertWork {
  if (!model.moe) return NONE;
  const distinct = distinctExperts(model.moe, tokens);
  const weights = (model.layers * expertWeightsOf(model, model.moe)) / tp;
  return {
    multiplyAdds: weights * (rows * model.moe.expertsPerToken + (distinct * gpu.tile.small) / 2),
    weightsRead: weights * distinct,
  };
}

import type { MixtureOfExperts, ModelCard } from '../../domain/cards.ts';

/** Weights of one gated expert in one layer. */
export const expertWeightsOf = ({ hidden }: ModelCard, { moeFfn }: MixtureOfExperts): number => 3 * hidden * moeFfn;

/** Weights of the experts in all layers; 0 for a dense model. */
export const allExpertWeights = (model: ModelCard): number =>
  model.moe ? model.layers * model.moe.experts * expertWeightsOf(model, model.moe) : 0;

/** Experts of one layer that `tokens` tokens reach, when each takes its k of E evenly: E(1 - (1 - k/E)^tokens). */
export const distinctExperts = ({ experts, expertsPerToken }: Omit<MixtureOfExperts, 'moeFfn'>, tokens: number): number =>
  experts * (1 - (1 - expertsPerToken / experts) ** tokens);

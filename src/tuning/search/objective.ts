import type { Evaluation, TuningObjective, TuningPrices } from '../../domain/tuning.ts';

const J_PER_KWH = 3.6e6;
const S_PER_HOUR = 3600;

type Measured = Pick<Evaluation, 'joulesPerOutputToken' | 'outputTokensPerS' | 'spanS' | 'gpuS' | 'releasedGpuS'>;

/** Output tokens of a run. */
export const tokensOf = ({ outputTokensPerS, spanS }: Pick<Evaluation, 'outputTokensPerS' | 'spanS'>): number => outputTokensPerS * spanS;

/** GPU hours per token that somebody has to pay for: those that were released are paid for by others. */
function gpuHoursPerToken(evaluation: Measured): number {
  return (evaluation.gpuS - evaluation.releasedGpuS) / S_PER_HOUR / tokensOf(evaluation);
}

/**
 * What one output token costs at these prices: J of the facility (`energy`), currency for energy and GPUs (`cost`), grams of CO2
 * (`carbon`). A price that is not known counts as nothing. Null without energy, without tokens, and for carbon without an intensity.
 */
export function objectiveOf(evaluation: Measured, objective: TuningObjective, prices: TuningPrices): number | null {
  if (evaluation.joulesPerOutputToken === null || !(tokensOf(evaluation) > 0)) return null;
  const joules = evaluation.joulesPerOutputToken * prices.pue;
  const kwh = joules / J_PER_KWH;
  switch (objective) {
    case 'energy':
      return joules;
    case 'cost':
      return kwh * (prices.perKwh ?? 0) + gpuHoursPerToken(evaluation) * (prices.perGpuHour ?? 0);
    case 'carbon':
      return prices.gramsCo2PerKwh === null ? null : kwh * prices.gramsCo2PerKwh;
  }
}

/** The same over several runs, each weighed by its tokens. Null where one of them is. */
export function objectiveOfAll(evaluations: readonly Measured[], objective: TuningObjective, prices: TuningPrices): number | null {
  let [total, tokens] = [0, 0];
  for (const evaluation of evaluations) {
    const value = objectiveOf(evaluation, objective, prices);
    if (value === null) return null;
    total += value * tokensOf(evaluation);
    tokens += tokensOf(evaluation);
  }
  return tokens > 0 ? total / tokens : null;
}

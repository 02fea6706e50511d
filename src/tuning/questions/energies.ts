import type { Evaluation } from '../../domain/tuning.ts';
import { tokensOf } from '../search/objective.ts';

const S_PER_DAY = 86_400;
const J_PER_KWH = 3.6e6;

/** J per output token over several runs, each weighed by its tokens; null where none of them knows. */
export function meanJoules(evaluations: readonly Evaluation[]): number | null {
  let [joules, tokens] = [0, 0];
  for (const evaluation of evaluations) {
    if (evaluation.joulesPerOutputToken === null) continue;
    joules += evaluation.joulesPerOutputToken * tokensOf(evaluation);
    tokens += tokensOf(evaluation);
  }
  return tokens > 0 ? joules / tokens : null;
}

export const judgedRequests = (evaluations: readonly Evaluation[]): number =>
  evaluations.reduce((sum, { kept }) => sum + kept.reduce((all, { of }) => all + of, 0), 0);

/** What the GPUs of some runs drew: all of them, and those that were not released. */
export interface DayEnergy {
  readonly allJ: number;
  /** What released GPUs drew is not counted: their power is somebody else's. */
  readonly ownJ: number;
  readonly tokens: number;
  readonly spanS: number;
  /** Part of the GPU time that was released. */
  readonly releasedShare: number;
}

/** Null where a run has no meter. */
export function dayEnergyOf(evaluations: readonly Evaluation[]): DayEnergy | null {
  let [allJ, ownJ, tokens, spanS, gpuS, releasedGpuS] = [0, 0, 0, 0, 0, 0];
  for (const evaluation of evaluations) {
    if (evaluation.meanPowerW === null) return null;
    const energyJ = evaluation.meanPowerW * evaluation.spanS;
    allJ += energyJ;
    ownJ += energyJ - evaluation.releasedEnergyJ;
    tokens += tokensOf(evaluation);
    spanS += evaluation.spanS;
    gpuS += evaluation.gpuS;
    releasedGpuS += evaluation.releasedGpuS;
  }
  return tokens > 0 && spanS > 0 ? { allJ, ownJ, tokens, spanS, releasedShare: gpuS > 0 ? releasedGpuS / gpuS : 0 } : null;
}

/** Energy of a real day at the mean power of a simulated one, kWh. */
export const kWhPerDay = (energyJ: number, spanS: number): number => ((energyJ / spanS) * S_PER_DAY) / J_PER_KWH;

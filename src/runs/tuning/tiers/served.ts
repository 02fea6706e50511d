import type { ServedTier } from '../../../domain/tuning-tiers.ts';
import { MS_PER_S } from '../../../domain/units.ts';
import type { Criteria } from '../../../tuning/search/standing.ts';
import type { Judged } from '../../../tuning/types.ts';
import type { TuningGround } from '../ground.ts';
import { tunedConfiguration } from '../tuned.ts';

/** In how many seconds 99 % of the answers ended, in the worst run; null where a run has no deadline, or nothing ended. */
export function e2eP99SOf({ evaluations }: Judged): number | null {
  const endsMs = evaluations.map(({ e2eP99Ms }) => e2eP99Ms ?? null);
  return endsMs.length === 0 || endsMs.includes(null) ? null : Math.max(...endsMs.map((ms) => ms!)) / MS_PER_S;
}

/** @param ground of this tier @param deadlineS null for promises of TTFT and gaps */
export function servedTier(
  tier: ServedTier['tier'],
  judged: Judged,
  { ground, criteria, deadlineS }: { readonly ground: TuningGround; readonly criteria: Criteria; readonly deadlineS: number | null },
): ServedTier {
  const { choice, config, gpus, meanPowerW, peakPowerW, joulesPerOutputToken, ...rest } = tunedConfiguration(ground, criteria, judged);
  const { sloAttainment, objectivePerMillionTokens, judgedRequests, judgedS, evidence } = rest;
  const { joint, lowerBound } = sloAttainment;
  return {
    ...{ tier, choice, config, gpus, deadlineS, target: criteria.constraints.sloTarget, attainment: joint, lowerBound },
    ...{ meanPowerW, peakPowerW, joulesPerOutputToken, objectivePerMillionTokens },
    ...{ e2eP99S: e2eP99SOf(judged), judgedRequests, judgedS, evidence },
  };
}

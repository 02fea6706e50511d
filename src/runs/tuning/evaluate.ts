import { weakest, type Evidence } from '../../domain/evidence.ts';
import type { WorkloadRequest } from '../../domain/request.ts';
import type { Slo } from '../../domain/slo.ts';
import { gpusOf, type DeviceVariant, type Evaluation, type Fidelity, type TuningChoice } from '../../domain/tuning.ts';
import { MS_PER_S } from '../../domain/units.ts';
import type { SimulationSummary } from '../../simulation/types.ts';
import { quantile } from '../../statistics/quantile.ts';
import type { Interval } from '../../telemetry/meter-sample.ts';
import type { EvaluationTask } from '../../tuning/types.ts';
import { HOSTILE } from '../simulating/hostile.ts';
import { finish, play, type RunWishes } from '../simulating/simulate.ts';
import { EvaluationCaches } from './caches.ts';
import { EvaluationTally } from './evaluation-tally.ts';
import { variantOf, type TuningGround } from './ground.ts';
import { contenderOf, restOf, scenarioOf } from './scenario-of.ts';
import { groundOfTier } from './tiers/ground-of-tier.ts';

/** A warm-up is no larger part of a run than this: short runs need their requests. */
const MOST_WARM_UP = 0.2;
const P90 = 0.9;
/** Whoever only has a deadline may stay for long: a warm-up is as long as it may be, whatever the deadline. */
const NO_PROMISE: Slo = { ttftMs: Infinity, itlMs: Infinity };

/**
 * What energies are of: from when requests have come for as long as nine in ten of them stay at the most while promises are kept, or
 * after a fifth of the arrivals' span where that is sooner, to the last arrival. It follows from the load and the promises alone, so that configurations
 * are compared over the same stretch of the same requests.
 */
export function measuredWindow(requests: readonly WorkloadRequest[], { ttftMs, itlMs }: Slo): Interval {
  if (requests.length === 0) return { startMs: 0, endMs: 0 };
  const [firstMs, endMs] = [requests[0]!.arrivalMs, requests.at(-1)!.arrivalMs];
  const residencesMs = requests.map(({ maxTokens }) => ttftMs + maxTokens * itlMs);
  return { startMs: firstMs + Math.min(quantile(residencesMs, P90)!, MOST_WARM_UP * (endMs - firstMs)), endMs };
}

/** GPUs over the window, how long some of them were released and what they drew meanwhile: the run's share, since what rests does so for long. */
function gpuSeconds(
  choice: TuningChoice,
  spanS: number,
  { released, endMs }: SimulationSummary,
): Pick<Evaluation, 'gpuS' | 'releasedGpuS' | 'releasedEnergyJ'> {
  const instances = choice.prefill + choice.decode + choice.aggregated;
  const gpuS = gpusOf(choice) * spanS;
  const share = endMs === 0 ? 0 : (released.instanceS * MS_PER_S) / (instances * endMs);
  const releasedEnergyJ = endMs === 0 ? 0 : (released.energyJ * spanS * MS_PER_S) / endMs;
  return { gpuS, releasedGpuS: gpuS * share, releasedEnergyJ };
}

/** A fit was measured with the engine and the GPUs as they were: what is turned on them is no longer what was measured. */
function evidenceFor({ fitted }: DeviceVariant, { captureSizes, chunkTokens, powerLimitW }: TuningChoice, evidence: Evidence): Evidence {
  const turned = captureSizes !== null || chunkTokens !== null || powerLimitW !== null;
  return fitted !== null && turned ? weakest(evidence, 'extrapolated') : evidence;
}

const worldOf = ({ hostileWorld }: Fidelity): Pick<RunWishes, 'world'> =>
  hostileWorld === null ? {} : { world: { seed: hostileWorld, hostility: HOSTILE } };

/**
 * One run of one configuration. Deterministic: the same ground and task give the same evaluation, whatever was evaluated before.
 * @param caches of earlier evaluations on the same ground
 * @throws VoltanaError for a choice that cannot be: an unknown variant or policy, clocks that are none, weights without room
 */
export function evaluate(whole: TuningGround, task: EvaluationTask, caches = new EvaluationCaches()): Evaluation {
  const { choice, fidelity } = task;
  const { ground, deadline } = groundOfTier(whole, task.tier);
  const slo = task.slo ?? ground.slo;
  const variant = variantOf(ground, choice.variant);
  const { devices, predictorOf } = caches.devices(variant, choice);
  const requests = caches.requests(ground, task);
  const ratePerS = ground.load.ratePerS * fidelity.load;
  const scenario = scenarioOf(ground, devices, choice, { slo, seed: fidelity.seed, ratePerS, requests });
  const resize = restOf(ground, choice);
  const alone = deadline?.alone === true;
  const wishes: RunWishes = {
    predictorOf,
    idleMs: 0,
    ...worldOf(fidelity),
    ...(resize && { resize }),
    ...(alone && { drainMs: deadline.ms }),
  };
  const run = finish(play(scenario, contenderOf(choice), wishes, (startMs) => new EvaluationTally(slo, startMs, deadline)));
  const window = run.listener.windowFigures(measuredWindow(requests, alone ? NO_PROMISE : slo));
  const lastS = (requests.at(-1)?.arrivalMs ?? 0) / MS_PER_S;
  return {
    choice,
    fidelity,
    gpus: gpusOf(choice),
    ...window,
    ...run.listener.requestFigures(),
    peakPowerW: run.listener.peakPowerW(),
    goodputRps: lastS === 0 ? 0 : run.listener.kept / lastS,
    ...gpuSeconds(choice, window.spanS, run.summary),
    evidence: evidenceFor(variant, choice, run.evidence),
  };
}

import { weakest } from '../../domain/evidence.ts';
import type { RunConfig } from '../../domain/run-record.ts';
import { gpusOf, type Evaluation, type TunedConfiguration, type TuningChoice } from '../../domain/tuning.ts';
import { clockTable } from '../../emulation/device.ts';
import { attainmentBound, jointAttainment } from '../../tuning/search/attainment-bound.ts';
import { objectiveOfAll, tokensOf } from '../../tuning/search/objective.ts';
import type { Criteria } from '../../tuning/search/standing.ts';
import type { Judged } from '../../tuning/types.ts';
import { usualClocks } from '../simulating/checks.ts';
import { profiledMhz } from '../simulating/checks.ts';
import { variantOf, type TuningGround } from './ground.ts';
import { loadName } from './load.ts';

const MILLION = 1e6;

/** The clocks that its governor may choose from. */
function clocksOf(ground: TuningGround, { variant, fixedMhz, minClockMhz, maxClockMhz }: TuningChoice): readonly number[] {
  if (fixedMhz !== null) return [fixedMhz.prefill, fixedMhz.decode];
  const { gpu, fitted } = variantOf(ground, variant);
  const [least, most] = [minClockMhz ?? 0, maxClockMhz ?? Infinity];
  return usualClocks(clockTable(gpu), profiledMhz(fitted)).filter((mhz) => mhz >= least && mhz <= most);
}

/** A configuration as a run of it would say. */
function configOf(ground: TuningGround, choice: TuningChoice): RunConfig {
  const { gpu, model } = variantOf(ground, choice.variant);
  const { tp, prefill, decode, aggregated, governor, routing } = choice;
  return {
    gpu: gpu.id,
    model: model.id,
    tp,
    prefill,
    decode,
    ...(aggregated > 0 && { aggregated }),
    workload: loadName(ground.load),
    rate: ground.load.ratePerS,
    durationS: null,
    slo: ground.slo,
    governor,
    routing,
    clocksMhz: clocksOf(ground, choice),
  };
}

const sumOf = (evaluations: readonly Evaluation[], of: (evaluation: Evaluation) => number): number =>
  evaluations.reduce((sum, evaluation) => sum + of(evaluation), 0);

/** Of all runs, each with this weight; those that do not know it are left out. */
function meanOf(evaluations: readonly Evaluation[], of: (one: Evaluation) => number | null, weight: (one: Evaluation) => number): number {
  const known = evaluations.filter((one) => of(one) !== null);
  const weights = sumOf(known, weight);
  return weights === 0 ? 0 : sumOf(known, (one) => of(one)! * weight(one)) / weights;
}

/** The worst run's; null where one of them has none. */
const worstOf = (evaluations: readonly Evaluation[], of: (one: Evaluation) => number | null): number | null =>
  evaluations.some((one) => of(one) === null) ? null : Math.max(...evaluations.map((one) => of(one)!));

const requestsOf = ({ kept }: Evaluation): number => kept.reduce((sum, block) => sum + block.of, 0);
const spanOf = ({ spanS }: Evaluation): number => spanS;

/** What a configuration is worth, over all runs that it was judged by. Energies weighed by tokens, powers and rates by seconds, attainment by requests. */
export function tunedConfiguration(ground: TuningGround, criteria: Criteria, { choice, evaluations }: Judged): TunedConfiguration {
  const { objective, prices, constraints } = criteria;
  const meanPowerW = meanOf(evaluations, (one) => one.meanPowerW, spanOf);
  const judgedS = sumOf(evaluations, spanOf);
  return {
    choice,
    config: configOf(ground, choice),
    gpus: gpusOf(choice),
    energyJ: meanPowerW * judgedS,
    joulesPerOutputToken: meanOf(evaluations, (one) => one.joulesPerOutputToken, tokensOf),
    objectivePerMillionTokens: (objectiveOfAll(evaluations, objective, prices) ?? 0) * MILLION,
    meanPowerW,
    peakPowerW: worstOf(evaluations, (one) => one.peakPowerW) ?? 0,
    sloAttainment: {
      joint: jointAttainment(evaluations) ?? 0,
      lowerBound: attainmentBound(evaluations, constraints.confidence).lower,
      ttft: meanOf(evaluations, (one) => one.ttftAttainment, requestsOf),
      itl: meanOf(evaluations, (one) => one.itlAttainment, requestsOf),
    },
    goodputRps: meanOf(evaluations, (one) => one.goodputRps, spanOf),
    ttftP99Ms: worstOf(evaluations, (one) => one.ttftP99Ms),
    tpotP99Ms: worstOf(evaluations, (one) => one.tpotP99Ms),
    judgedRequests: sumOf(evaluations, requestsOf),
    judgedS,
    evidence: weakest(...evaluations.map(({ evidence }) => evidence)),
  };
}

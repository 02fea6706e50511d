import type { ClusterFile } from '../../domain/cluster.ts';
import { VoltanaError } from '../../domain/errors.ts';
import { weakest } from '../../domain/evidence.ts';
import type { CapacityAnswer, RobustnessCheck, TunedConfiguration, Tuning, TuningChoice } from '../../domain/tuning.ts';
import { layoutText, settingsText } from '../../domain/tuning-text.ts';
import type { TuningTiers } from '../../domain/tuning-tiers.ts';
import { documentHeader, type HeaderFields } from '../../telemetry/document-header.ts';
import { monthlySaving, monthlyTexts } from '../../tuning/questions/savings.ts';
import { kneeOf } from '../../tuning/search/pareto.ts';
import type { Judged, SearchOutcome } from '../../tuning/types.ts';
import { byHand } from './cluster-of.ts';
import { loadName } from './load.ts';
import type { TunePlan } from './resolve.ts';
import { tunedConfiguration } from './tuned.ts';
import { whyOf } from './why.ts';

const PERCENT = 100;

/** A search that found something. */
export type Found = SearchOutcome & { readonly best: Judged };

/** Everything that a document is made of. */
export interface TuningParts {
  readonly plan: TunePlan;
  readonly outcome: Found;
  readonly robustness: readonly RobustnessCheck[];
  readonly capacity: readonly CapacityAnswer[];
  readonly clusterOf: (choice: TuningChoice) => ClusterFile;
  /** Null where no batch tier was asked for. */
  readonly tiers: TuningTiers | null;
  readonly header: Omit<HeaderFields, 'evidence'>;
  readonly workers: number;
  readonly wallS: number;
}

const changePct = (value: number, reference: number): number => (reference === 0 ? 0 : PERCENT * (value / reference - 1));

/** How each configuration compares: the objective of one against that of another, in percent. */
const priceOf = (one: TunedConfiguration, other: TunedConfiguration): number =>
  changePct(one.objectivePerMillionTokens, other.objectivePerMillionTokens);

/** @throws VoltanaError BAD_VALUE naming the nearest promise that something keeps, where none keeps the one that was asked for */
export function assertFound(outcome: SearchOutcome, plan: TunePlan): asserts outcome is Found {
  if (outcome.best !== null) return;
  const { slo, sloTarget, powerBudgetW, confidence } = plan.constraints;
  const target = `${PERCENT * sloTarget} % of the requests`;
  const budget = powerBudgetW === null ? '' : ` within ${powerBudgetW} W`;
  throw new VoltanaError(
    'BAD_VALUE',
    `none of ${outcome.figures.configurations} configurations keeps a TTFT of ${slo.ttftMs} ms and gaps of ${slo.itlMs} ms for ${target}${budget}, ${PERCENT * confidence} % sure`,
    { hint: nearestHint(outcome, plan) },
  );
}

const OTHERWISE = 'Allow more GPUs or watts, a lower --slo-target, or less --rate.';

function nearestHint({ nearest }: SearchOutcome, plan: TunePlan): string {
  if (nearest === null) return OTHERWISE;
  const { choice } = nearest.judged;
  const { sloAttainment } = tunedConfiguration(plan.ground, plan, nearest.judged);
  const who = `${layoutText(choice)} with ${settingsText(choice)}`;
  if (nearest.slo === null) return `The nearest, ${who}, keeps both for ${(PERCENT * sloAttainment.joint).toFixed(1)} %. ${OTHERWISE}`;
  return `The nearest promise that something keeps: --slo-ttft ${nearest.slo.ttftMs} --slo-itl ${nearest.slo.itlMs} (${who}). ${OTHERWISE}`;
}

/** The result of a search, simulated throughout: its evidence is the weakest of all that it shows. */
export function tuningDocument({ plan, outcome, robustness, capacity, tiers, clusterOf, header, workers, wallS }: TuningParts): Tuning {
  const tuned = (judged: Judged): TunedConfiguration => tunedConfiguration(plan.ground, plan, judged);
  const [best, baseline] = [tuned(outcome.best), tuned(outcome.baseline)];
  const second = outcome.runnerUp && tuned(outcome.runnerUp);
  const runnerUp = second && { configuration: second, pricePct: priceOf(second, best) };
  const knee = kneeOf(outcome.front, plan);
  const pareto = outcome.front.map((judged, i) => ({ ...tuned(judged), knee: i === knee }));
  const savedPct = -priceOf(best, baseline);
  const { objective, constraints, prices, ground } = plan;
  const saved = monthlySaving({ gpuW: baseline.meanPowerW - best.meanPowerW, gpus: baseline.gpus - best.gpus }, prices);
  const monthly = monthlyTexts(saved, prices);
  const why = [...whyOf({ objective, constraints, best, baseline, savedPct, runnerUp, sensitivity: outcome.sensitivity }), ...monthly];
  const cluster = clusterOf(outcome.best.choice);
  const evidence = weakest(
    ...[best, baseline, ...(second ? [second] : []), ...pareto, ...(tiers?.ways.flatMap(({ served }) => served) ?? [])].map(
      (one) => one.evidence,
    ),
  );
  return {
    ...documentHeader('tuning', { ...header, evidence }),
    mode: 'simulated',
    objective,
    constraints,
    prices,
    load: {
      workload: loadName(ground.load),
      rate: ground.load.ratePerS,
      burstiness: ground.load.kind === 'workload' ? ground.load.burstiness : null,
    },
    recommended: { ...best, cluster, why },
    pareto,
    baseline,
    savedPct,
    runnerUp,
    sensitivity: outcome.sensitivity,
    robustness,
    capacity,
    ...(tiers !== null && { tiers }),
    evaluated: outcome.figures.configurations,
    search: { ...outcome.figures, workers },
    reasons: [...outcome.reasons, ...byHand(outcome.best.choice, cluster, plan.cluster)],
    wallS,
  };
}

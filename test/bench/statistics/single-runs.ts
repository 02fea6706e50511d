import type { RepeatFigures } from '../../../src/domain/bench.ts';
import type { Comparison, RunRecord } from '../../../src/domain/run-record.ts';
import { drawNormal } from '../../../src/statistics/draws.ts';
import { createRandom, type SeededRandom } from '../../../src/statistics/random.ts';
import { compareRuns } from '../../../src/telemetry/compare.ts';
import { runMetrics } from '../../../src/telemetry/metrics.ts';
import { madeUpWork, Rig } from '../../fixtures/benchmarking/rig.ts';
import { baselineRun, header } from '../../fixtures/run-records.ts';

const SPANS = { periodS: 60, washoutS: 60 };
/** Of each tenth of a run, beside what the whole of it has. */
const BLOCK_SPREAD = 0.01;

/** Measured, so that nothing of it is taken for repeatable. */
const TEMPLATE: RunRecord = baselineRun({ mode: 'live', idlePowerW: 400 });

/** The template with another energy over the same tokens: tokens are those of the requests, which both runs share. */
function recordOf(random: SeededRandom, factor: number): RunRecord {
  const blocks = TEMPLATE.blocks.map((block) => ({
    ...block,
    energyJ: block.energyJ! * factor * Math.exp(drawNormal(random, 0, BLOCK_SPREAD)),
  }));
  const total = blocks.reduce((sum, { energyJ }) => sum + energyJ, 0);
  return {
    ...TEMPLATE,
    blocks,
    energyJ: { ...TEMPLATE.energyJ!, total },
    joulesPerOutputToken: total / TEMPLATE.outputTokens,
    joulesPerRequest: total / TEMPLATE.requests.completed,
    meanPowerW: total / TEMPLATE.measuredS,
  };
}

const repeatOf = (run: RunRecord, seed: number): RepeatFigures => ({
  seed,
  energyJ: run.energyJ!.total,
  joulesPerOutputToken: run.joulesPerOutputToken,
  joint: run.sloAttainment.joint,
  metrics: runMetrics(run),
});

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** How many repeats A and B have; 1 is a single run. */
export type Repeats = readonly [number, number];

/** All repeats of A, then all of B, on one rig that drifts: as two runs of `voltana bench` come. */
function pair(trial: number, repeats: Repeats, effect: number): Comparison {
  const random = createRandom(trial).fork('single-runs');
  const rig = new Rig(random.fork('rig'), (repeats[0] + repeats[1]) * (SPANS.periodS + SPANS.washoutS), { effect });
  const work = madeUpWork(random.fork('work'), SPANS.periodS);
  const [a, b] = (['A', 'B'] as const).map((arm, side) => {
    const factors = Array.from({ length: repeats[side]! }, () => {
      const { energyJ, outputTokens } = rig.measure(work, arm, SPANS);
      return energyJ! / outputTokens / (work.energyJ / work.outputTokens);
    });
    const records = factors.map((factor) => recordOf(random, factor));
    const whole = recordOf(random, mean(factors));
    return records.length === 1 ? records[0]! : { ...whole, repeats: records.map(repeatOf) };
  }) as [RunRecord, RunRecord];
  return compareRuns(a, b, { ...header, seed: trial });
}

export interface CompareShares {
  readonly worsePct: number;
  readonly betterPct: number;
  readonly inconclusivePct: number;
}

/** Verdicts of `compare` on so many pairs, B's energy truly changed by a fraction. */
export function compareShares(count: number, repeats: Repeats, effect: number): CompareShares {
  const verdicts = Array.from({ length: count }, (_, trial) => pair(trial, repeats, effect).verdict);
  const pct = (wanted: Comparison['verdict']): number => (100 * verdicts.filter((verdict) => verdict === wanted).length) / count;
  return { worsePct: pct('regressed'), betterPct: pct('improved'), inconclusivePct: pct('inconclusive') };
}

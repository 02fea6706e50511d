import { MAX, type Contender } from './contenders.ts';
import type { Figure } from '../figures.ts';
import type { Pool } from './pool.ts';
import type { ScheduleSpec } from './schedules.ts';
import type { Series } from './series.ts';
import type { RunNumbers } from './tally.ts';
import { DATASETS, DURATION_S, ENGINE, modelUnknowns, VOLTAGE_FLOOR, type DatasetUnknowns } from './unknowns.ts';
import type { WorldSpec } from './world.ts';

export type MakeFigure = (name: string, value: number, unit: string, limit: string, n: number) => Figure;

/** What every part of the bench gets. */
export interface Context {
  readonly pool: Pool;
  readonly figure: MakeFigure;
  readonly seeds: readonly number[];
  /** Seeds of hostile worlds. */
  readonly worlds: readonly number[];
  /** A few of everything: to see that it runs. */
  readonly quick: boolean;
}

/** The paper's cluster of a model: 2P2D on A100. */
export function paperWorld(model: string, voltageFloor = VOLTAGE_FLOOR): WorldSpec {
  const { card, tp, slo } = modelUnknowns(model);
  return { gpu: 'a100-sxm4-80gb', model: card, tp, prefill: 2, decode: 2, slo, voltageFloor, engine: ENGINE };
}

const lengthsOf = (dataset: string): DatasetUnknowns => {
  const known = DATASETS[dataset];
  if (!known) throw new Error(`no lengths are set for data set ${dataset}; known are ${Object.keys(DATASETS).join(', ')}`);
  return known;
};

export const paperSchedule = ({ dataset }: Pick<Series, 'dataset'>, ratePerS: number, seed: number): ScheduleSpec => ({
  kind: 'dataset',
  lengths: lengthsOf(dataset),
  ratePerS,
  durationS: DURATION_S,
  seed,
});

/** One contender on all seeds of a schedule. */
export const onSeeds = (
  { pool }: Pick<Context, 'pool'>,
  world: WorldSpec,
  schedules: readonly ScheduleSpec[],
  contender: Contender = MAX,
): Promise<RunNumbers[]> => pool.runAll(schedules.map((schedule) => ({ world, schedule, contender })));

import { existsSync, readFileSync } from 'node:fs';
import { mean } from 'simple-statistics';
import type { FittedCards } from '../../../src/domain/profile.ts';
import { ROLES } from '../../../src/domain/instance.ts';
import { readRows } from '../../../src/prediction/calibration/tables/csv.ts';
import { checkedData } from '../../../src/prediction/fit/checked.ts';
import { fitFactors } from '../../../src/prediction/fit/fit-factors.ts';
import type { FitPoint, InstanceData } from '../../../src/prediction/fit/fit-point.ts';
import { fitSegments } from '../../../src/prediction/fit/fit-segments.ts';
import { physicsModel, segmentsModel } from '../../../src/prediction/fitted-predictor.ts';
import { PhysicsModel } from '../../../src/prediction/physics.ts';
import { measuredFormat } from '../../../src/prediction/tables/measured.ts';
import { engineCard, gpuCard, modelCard } from '../../fixtures/cards.ts';
import { DATA_FOLDER, SWEEP } from '../accuracy/sources.ts';

export interface LeftOut {
  readonly physicsPct: number;
  readonly segmentsPct: number;
  readonly n: number;
}

interface Rows {
  readonly cards: FittedCards;
  readonly data: readonly InstanceData[];
}

function publicRows(): Rows {
  const { columns, rows } = readRows(readFileSync(`${DATA_FOLDER}${SWEEP}`, 'utf8'), SWEEP);
  const gpu = gpuCard('a800-sxm4-80gb');
  const { points, tp, model } = measuredFormat(columns)!.read(rows, SWEEP, gpu);
  const provenance = { cluster: 'public', gpu: gpu.id, model, tp, engine: 'sglang-like', fingerprint: SWEEP };
  return {
    cards: { gpu, model: modelCard(model), engine: engineCard('sglang-like') },
    data: checkedData({ points, idle: [], provenance }).instances,
  };
}

type Answer = ReturnType<typeof segmentsModel>;

const missPct = (answer: Answer, points: readonly FitPoint[]): number[] =>
  points.map((point) => 100 * Math.abs(answer(point, point.clockMhz).latencyMs / point.latencyMs - 1));

interface Misses {
  readonly physics: readonly number[];
  readonly segments: readonly number[];
}

/** Each phase without one of its clocks, and what a fit of the others says of that clock. */
function withoutClock(rows: Rows, data: InstanceData, clockMhz: number): Misses {
  const others = { ...data, points: data.points.filter((point) => point.clockMhz !== clockMhz) };
  const out = data.points.filter((point) => point.clockMhz === clockMhz);
  const physics = physicsModel(new PhysicsModel(rows.cards, data.tp, data.phase, fitFactors(others, rows.cards).factors));
  return { physics: missPct(physics, out), segments: missPct(segmentsModel(data.phase, fitSegments(others).levels), out) };
}

/** Leave-one-clock-out latency error of fits to the public rows alone, over the clocks between the lowest and the highest; null without the rows. */
export function leaveOneClockOut(): LeftOut | null {
  if (!existsSync(`${DATA_FOLDER}${SWEEP}`)) return null;
  const rows = publicRows();
  const misses = ROLES.flatMap((phase) =>
    rows.data
      .filter((data) => data.phase === phase)
      .flatMap((data) => {
        const clocks = [...new Set(data.points.map(({ clockMhz }) => clockMhz))].sort((a, b) => a - b);
        return clocks.slice(1, -1).map((clockMhz) => withoutClock(rows, data, clockMhz));
      }),
  );
  const physics = misses.flatMap((miss) => miss.physics);
  return { physicsPct: mean(physics), segmentsPct: mean(misses.flatMap((miss) => miss.segments)), n: physics.length };
}

import type { Role } from '../../domain/instance.ts';
import type { RunRecord } from '../../domain/run-record.ts';
import type { RoutingId } from '../../routing/registry.ts';
import { keepsUp } from './best-pair.ts';
import { instancesOf } from './fleet.ts';
import type { FleetSize, Scenario } from './options.ts';
import { simulate, type Maker, type Slices } from './simulate.ts';

/** `max` on as few instances as keep the promises: what an operator saves without touching a clock. */
export interface RightSized {
  readonly size: FleetSize;
  /** Of those instances alone: the others' GPUs are somebody else's. */
  readonly record: RunRecord;
  /** The same with the others kept loaded at their lowest clock; null without a meter. */
  readonly parkedEnergyJ: number | null;
}

/** The smallest count of a role that keeps up, the other role's count left as it is. Fewer never serve more, so halving finds it. */
function* fewest(scenario: Scenario, role: Role, serves: (size: FleetSize) => Slices<boolean>): Slices<FleetSize> {
  let [fails, works] = [0, scenario.size[role]];
  while (works - fails > 1) {
    const middle = (works + fails) >> 1;
    if (yield* serves({ ...scenario.size, [role]: middle })) works = middle;
    else fails = middle;
  }
  return { ...scenario.size, [role]: works };
}

/** Watts of the instances that are not among `size`, idle at the lowest clock. */
function parkedW(scenario: Scenario, size: FleetSize): number {
  return instancesOf(scenario)
    .filter(({ spec: { id, role } }) => Number(id.slice(1)) >= size[role])
    .reduce((sum, { phases }) => sum + phases[0]!.predictor.predict({ batch: 0, tokens: 0 }, scenario.clocksMhz[0]!).idleW, 0);
}

/** Decode first, as it has the more power; then prefill beside it. */
export function* rightSized(scenario: Scenario, routing: RoutingId, maker: Maker): Slices<RightSized> {
  const run = (size: FleetSize): Slices<RunRecord> => simulate({ ...scenario, size }, { governor: 'max', routing, fixedMhz: null }, maker);
  const baseline = yield* run(scenario.size);
  const serves = function* (size: FleetSize): Slices<boolean> {
    return keepsUp(baseline, yield* run(size));
  };
  const fewDecode = yield* fewest(scenario, 'decode', serves);
  const size = yield* fewest({ ...scenario, size: fewDecode }, 'prefill', serves);
  const record = yield* run(size);
  const parkedEnergyJ = record.energyJ && record.energyJ.total + parkedW(scenario, size) * record.measuredS;
  return { size, record, parkedEnergyJ };
}

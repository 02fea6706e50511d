import { idlePowerW } from '../../../src/prediction/analytic/clock-effects.ts';
import { HOSTILE } from '../../../src/runs/simulating/hostile.ts';
import { simulateCluster } from '../../../src/simulation/cluster.ts';
import { controlOf, type Contender } from './contenders.ts';
import { scheduleOf, type ScheduleSpec } from './schedules.ts';
import { Tally, type RunNumbers } from './tally.ts';
import { LOWEST_MHZ, specsOf, ttftPromise, worldOf, type World, type WorldSpec } from './world.ts';

/** One simulation, as plain data. */
export interface Job {
  readonly world: WorldSpec;
  readonly schedule: ScheduleSpec;
  readonly contender: Contender;
  /** Draws a hostile world; a tame one when left out. */
  readonly hostileSeed?: number;
}

const TICK_MS = 50;
const SAMPLE_MS = 100;
/** Long enough that every governor has gone to its idle clock. */
const IDLE_MS = 8000;
/** Longer than any overload of the figure needs to drain. */
const DRAIN_MS = 600_000;

/** Instances that are not in use, with a context, at their lowest clock. */
function withParked(numbers: RunNumbers, world: World, parked: number): RunNumbers {
  const parkedW = parked * world.spec.tp * idlePowerW(world.device, LOWEST_MHZ);
  return { ...numbers, energyJ: numbers.energyJ + (parkedW * numbers.spanMs) / 1000, idleW: numbers.idleW + parkedW };
}

/** The only place where this bench meets the simulator. */
export function simulateJob({ world: worldSpec, schedule, contender, hostileSeed }: Job): RunNumbers {
  const world = worldOf(worldSpec);
  const all = { prefill: worldSpec.prefill, decode: worldSpec.decode };
  const awake = contender.awake ?? all;
  const specs = specsOf(world, awake);
  const control = controlOf(world, contender, specs, schedule.seed);
  const tally = new Tally({ ttftMs: ttftPromise(world), itlMs: worldSpec.slo.itlMs });
  const { released, flipping } = simulateCluster(
    {
      specs,
      flexible: contender.reshape !== undefined,
      schedule: scheduleOf(schedule),
      control,
      tickMs: TICK_MS,
      sampleMs: SAMPLE_MS,
      idleMs: IDLE_MS,
      drainMs: DRAIN_MS,
      seed: hostileSeed ?? schedule.seed,
      ...(hostileSeed !== undefined && { hostility: HOSTILE }),
    },
    tally,
  );
  const transitions = control.domainIds.reduce((sum, id) => sum + control.control(id).transitions, 0);
  const parked = all.prefill + all.decode - awake.prefill - awake.decode;
  return withParked(tally.numbers(transitions, released, flipping), world, parked);
}

import type { Evidence } from '../../domain/evidence.ts';
import type { Role } from '../../domain/instance.ts';
import { createDevice } from '../../prediction/analytic/device.ts';
import { analyticPredictor } from '../../prediction/analytic-predictor.ts';
import type { Predictor } from '../../prediction/predictor.ts';
import { createRandom } from '../../statistics/random.ts';
import { gridPoints } from './designs/grid.ts';
import type { PhaseInstance } from '../phases.ts';
import type { AnyProfileOptions, ProfileOptions, RealProfileOptions } from './options.ts';
import { THOROUGH } from './settings.ts';
import { spaceOf } from './ground.ts';
import { budgetOf } from './sweeps.ts';

/** What a sweep would do, as far as that is known before it does it. */
export interface PlannedSweep {
  readonly instance: string;
  readonly phase: Role;
  /** Of the coarse grid; what follows depends on what it finds. Null before the engine has been asked what it takes. */
  readonly gridPoints: number | null;
  readonly gridGpuMinutes: number | null;
  readonly gridEnergyJ: number | null;
  /** Where its share of the budget ends it. */
  readonly mostGpuMinutes: number;
}

export interface ProfileProspect {
  readonly schemaVersion: 1;
  readonly kind: 'profile-plan';
  readonly evidence: Evidence;
  readonly cluster: string;
  /** Null before an agent has been asked, or where there is none. */
  readonly gridClocksMhz: readonly number[] | null;
  readonly clockRangeMhz: readonly [number, number] | null;
  readonly sweeps: readonly PlannedSweep[];
  readonly maxGpuMinutes: number;
  /** Instances are measured one after the other. */
  readonly mostMinutes: number;
  /** Of the grids. */
  readonly energyJ: number | null;
}

const SECONDS_PER_MINUTE = 60;
const MS_PER_MINUTE = 60_000;
/** Lock, settling and the blocks until the latency is known to be stable. */
const BEFORE_MS = 300;

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** How long a point takes, and what it draws, as the analytic model sees it. */
function costOf({ batch, tokens, clockMhz }: { batch: number; tokens: number; clockMhz: number }, predictor: Predictor) {
  const { latencyMs, powerW } = predictor.predict({ batch, tokens: batch * tokens }, clockMhz);
  const { minMs, minBlocks, inFlight } = THOROUGH;
  const ms = BEFORE_MS + Math.max(minMs, (minBlocks + inFlight) * latencyMs);
  return { ms, energyJ: (powerW * ms) / 1000 };
}

function plannedSweep({ id, role }: PhaseInstance, options: ProfileOptions) {
  const { gpu, model, engine, cluster, seed, gridClocksMhz } = options;
  const predictor = analyticPredictor(createDevice(gpu, model, engine, cluster.tp), role, gridClocksMhz[0]!);
  const points = gridPoints(spaceOf(role, options), gridClocksMhz, createRandom(seed).fork('grid'));
  const costs = points.map((point) => costOf(point, predictor));
  return {
    instance: id,
    phase: role,
    gridPoints: points.length,
    gridGpuMinutes: (sum(costs.map(({ ms }) => ms)) * cluster.tp) / MS_PER_MINUTE,
    gridEnergyJ: sum(costs.map(({ energyJ }) => energyJ)),
    mostGpuMinutes: budgetOf(options) / SECONDS_PER_MINUTE,
  };
}

/** What engines and agents take and tell is known only once they run. */
function prospectOfReal({ cluster, instances, clocksMhz, budgetGpuS }: RealProfileOptions): ProfileProspect {
  const mostGpuMinutes = budgetGpuS / instances.length / SECONDS_PER_MINUTE;
  return {
    schemaVersion: 1,
    kind: 'profile-plan',
    evidence: 'extrapolated',
    cluster: cluster.name,
    gridClocksMhz: clocksMhz,
    clockRangeMhz: clocksMhz === null ? null : [clocksMhz[0]!, clocksMhz.at(-1)!],
    sweeps: instances.map(({ id, role }) => ({
      instance: id,
      phase: role,
      gridPoints: null,
      gridGpuMinutes: null,
      gridEnergyJ: null,
      mostGpuMinutes,
    })),
    maxGpuMinutes: budgetGpuS / SECONDS_PER_MINUTE,
    mostMinutes: instances.reduce((minutes, { gpus }) => minutes + mostGpuMinutes / gpus.length, 0),
    energyJ: null,
  };
}

/** The plan and its cost; nothing is started, no clock is touched. */
export function prospectOf(options: AnyProfileOptions): ProfileProspect {
  if (options.real) return prospectOfReal(options);
  const sweeps = options.instances.map((instance) => plannedSweep(instance, options));
  const { cluster, clocksMhz, gridClocksMhz, budgetGpuS } = options;
  return {
    schemaVersion: 1,
    kind: 'profile-plan',
    evidence: 'extrapolated',
    cluster: cluster.name,
    gridClocksMhz,
    clockRangeMhz: [clocksMhz[0]!, clocksMhz.at(-1)!],
    sweeps,
    maxGpuMinutes: budgetGpuS / SECONDS_PER_MINUTE,
    mostMinutes: budgetGpuS / SECONDS_PER_MINUTE / cluster.tp,
    energyJ: sum(sweeps.map(({ gridEnergyJ }) => gridEnergyJ)),
  };
}

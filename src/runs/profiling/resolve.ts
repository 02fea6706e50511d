import type { ClusterFile } from '../../domain/cluster.ts';
import type { GpuCard } from '../../domain/cards.ts';
import { VoltanaError } from '../../domain/errors.ts';
import { clockTable } from '../../emulation/instance.ts';
import { phased, type PhasedCluster } from '../phases.ts';
import { checkPortsDiffer, checkSplits } from '../demo/checks.ts';
import { clusterCards } from '../cluster-cards.ts';
import type { Library } from '../library.ts';
import { boundedClocks } from '../serving/fleet.ts';
import { gridClocks } from './designs/grid.ts';
import { loadSpace } from './designs/loads.ts';
import type { AnyProfileOptions, ProfileOptions } from './options.ts';
import { checkListed, instancesOf, listedClocks, phasesOf, SECONDS_PER_MINUTE, TARGET_PCT, type ProfileRequest } from './request.ts';
import { resolveReal } from './resolve-real.ts';

/** Above a driver's own clamp a lock comes to nothing new. */
const reachable = (clocksMhz: readonly number[], { lock }: GpuCard): number[] =>
  clocksMhz.filter((mhz) => mhz <= (lock.clampAboveMhz ?? Infinity));

/** Weights, and beside them the smallest load of every phase. @throws VoltanaError DOES_NOT_FIT */
function checkFits(options: ProfileOptions): void {
  const { gpu, model, cluster } = options;
  for (const { role } of options.instances) {
    const { tokens } = loadSpace(role, { ...options, tp: cluster.tp });
    if (tokens[1] > tokens[0]) continue;
    throw new VoltanaError('DOES_NOT_FIT', `${model.id} on ${cluster.tp} x ${gpu.id} leaves no room for a ${role} request`);
  }
}

/** Emulated pairs that are started here are known beforehand to the last clock. */
const isOwnEmulation = ({ engine, launcher, instances }: ClusterFile): boolean =>
  engine.kind === 'emulated' && launcher.kind === 'local' && instances.every(({ role }) => role !== 'aggregated');

/** Looks everything up and checks it, before anything is started. @throws VoltanaError of exit code 2, or NO_ADAPTER */
export async function resolveProfile(request: ProfileRequest, library: Library): Promise<AnyProfileOptions> {
  const cluster = await library.cluster(request.cluster);
  return isOwnEmulation(cluster) ? resolveEmulated(phased(cluster, 'a profile'), request, library) : resolveReal(cluster, request, library);
}

async function resolveEmulated(cluster: PhasedCluster, request: ProfileRequest, library: Library): Promise<ProfileOptions> {
  const instances = instancesOf(cluster.instances, request.instances, phasesOf(request.phase));
  checkPortsDiffer(cluster);
  const { gpu, model, engine } = await clusterCards(cluster, library);
  checkSplits(cluster, model);
  const table = clockTable(gpu);
  const boundedMhz = reachable(boundedClocks(table, cluster.control), gpu);
  const listed = listedClocks(request.clocks);
  if (listed !== null) checkListed(listed, table, boundedMhz);
  const options: ProfileOptions = {
    cluster,
    gpu,
    model,
    engine,
    instances,
    clocksMhz: listed ?? boundedMhz,
    gridClocksMhz: listed ?? gridClocks(boundedMhz),
    budgetGpuS: request.maxGpuMinutes * SECONDS_PER_MINUTE,
    targetPct: TARGET_PCT,
    seed: request.seed,
    virtualTime: request.virtualTime,
  };
  checkFits(options);
  return options;
}

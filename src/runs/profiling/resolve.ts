import type { ClusterFile } from '../../domain/cluster.ts';
import type { GpuCard } from '../../domain/cards.ts';
import { VoltanaError } from '../../domain/errors.ts';
import { ROLES, type Role } from '../../domain/instance.ts';
import { clockTable } from '../../emulation/instance.ts';
import { phased, type PhasedCluster, type PhaseInstance } from '../phases.ts';
import { checkPortsDiffer, checkSplits } from '../demo/checks.ts';
import { unknownId, type Library } from '../library.ts';
import { boundedClocks } from '../serving/fleet.ts';
import { gridClocks } from './designs/grid.ts';
import { loadSpace } from './designs/loads.ts';
import type { AnyProfileOptions, ProfileOptions } from './options.ts';
import { resolveReal } from './resolve-real.ts';

/** A profile as asked for; nothing is looked up yet. */
export interface ProfileRequest {
  readonly cluster: string;
  /** Lists with commas. */
  readonly phase: string | undefined;
  readonly clocks: string | undefined;
  readonly instances: string | undefined;
  readonly maxGpuMinutes: number;
  readonly seed: number;
  readonly virtualTime: boolean;
}

export const SECONDS_PER_MINUTE = 60;
export const TARGET_PCT = 2;

const listOf = (text: string): string[] => text.split(',').map((part) => part.trim());

export function phasesOf(text: string | undefined): readonly Role[] {
  if (text === undefined) return ROLES;
  return listOf(text).map((part) => {
    const role = ROLES.find((known) => known === part);
    if (role === undefined)
      throw new VoltanaError('BAD_VALUE', `--phase ${text}: "${part}" is no phase`, { hint: 'Give prefill, decode or prefill,decode.' });
    return role;
  });
}

/** Those named; one of each phase otherwise, the first. */
export function instancesOf<T extends PhaseInstance>(all: readonly T[], text: string | undefined, phases: readonly Role[]): T[] {
  const ofPhases = all.filter(({ role }) => phases.includes(role));
  if (text === 'all') return ofPhases;
  if (text === undefined) return ofPhases.filter(({ role }, i) => ofPhases.findIndex((other) => other.role === role) === i);
  const wanted = listOf(text);
  const ids = ofPhases.map(({ id }) => id);
  const unknown = wanted.find((id) => !ids.includes(id));
  if (unknown !== undefined) throw unknownId('instance', unknown, ids);
  return ofPhases.filter(({ id }) => wanted.includes(id));
}

/** Above a driver's own clamp a lock comes to nothing new. */
const reachable = (clocksMhz: readonly number[], { lock }: GpuCard): number[] =>
  clocksMhz.filter((mhz) => mhz <= (lock.clampAboveMhz ?? Infinity));

/** Clocks as they are listed, ascending; null for auto. @throws VoltanaError BAD_VALUE */
export function listedClocks(text: string | undefined): number[] | null {
  if (text === undefined || text === 'auto') return null;
  const clocks = listOf(text).map((part) => {
    const mhz = /^\d+$/.test(part) ? Number(part) : 0;
    if (mhz > 0) return mhz;
    throw new VoltanaError('BAD_VALUE', `--clocks ${text}: "${part}" is no clock`, {
      hint: 'Give auto, or clocks in MHz such as 690,1005,1410.',
    });
  });
  return [...new Set(clocks)].sort((a, b) => a - b);
}

/** @throws VoltanaError CLOCK_OUTSIDE_CARD for a clock that is none of them */
export function checkListed(clocksMhz: readonly number[], table: readonly number[], boundedMhz: readonly number[]): void {
  const mhz = clocksMhz.find((listed) => !boundedMhz.includes(listed));
  if (mhz === undefined) return;
  const why = table.includes(mhz) ? "outside the cluster file's bounds, or above what a lock holds" : 'not a clock of this GPU';
  const step = (table[1] ?? table[0]!) - table[0]!;
  throw new VoltanaError('CLOCK_OUTSIDE_CARD', `--clocks ${clocksMhz.join(',')}: ${mhz} MHz is ${why}`, {
    hint: `Choose from ${boundedMhz[0]} to ${boundedMhz.at(-1)} MHz in steps of ${step}.`,
  });
}

/** Weights, and beside them the smallest load of every phase. @throws VoltanaError DOES_NOT_FIT */
function checkFits(options: ProfileOptions): void {
  const { gpu, model, cluster } = options;
  for (const { role } of options.instances) {
    const { tokens } = loadSpace(role, { ...options, tp: cluster.tp });
    if (tokens[1] > tokens[0]) continue;
    throw new VoltanaError('DOES_NOT_FIT', `${model.id} on ${cluster.tp} x ${gpu.id} leaves no room for a ${role} request`);
  }
}

/** Emulated engines that are started here are known beforehand to the last clock. */
const isOwnEmulation = ({ engine, launcher }: ClusterFile): boolean => engine.kind === 'emulated' && launcher.kind === 'local';

/** Looks everything up and checks it, before anything is started. @throws VoltanaError of exit code 2, or NO_ADAPTER */
export async function resolveProfile(request: ProfileRequest, library: Library): Promise<AnyProfileOptions> {
  const cluster = await library.cluster(request.cluster);
  return isOwnEmulation(cluster) ? resolveEmulated(phased(cluster, 'a profile'), request, library) : resolveReal(cluster, request, library);
}

async function resolveEmulated(cluster: PhasedCluster, request: ProfileRequest, library: Library): Promise<ProfileOptions> {
  const instances = instancesOf(cluster.instances, request.instances, phasesOf(request.phase));
  checkPortsDiffer(cluster);
  const [gpu, model, engine] = await Promise.all([
    library.gpu(cluster.gpu),
    library.model(cluster.model),
    library.engine(cluster.engine.card ?? 'sglang-like'),
  ]);
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

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
import type { ProfileOptions } from './options.ts';

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

const SECONDS_PER_MINUTE = 60;
const TARGET_PCT = 2;

const listOf = (text: string): string[] => text.split(',').map((part) => part.trim());

function phasesOf(text: string | undefined): readonly Role[] {
  if (text === undefined) return ROLES;
  return listOf(text).map((part) => {
    const role = ROLES.find((known) => known === part);
    if (role === undefined)
      throw new VoltanaError('BAD_VALUE', `--phase ${text}: "${part}" is no phase`, { hint: 'Give prefill, decode or prefill,decode.' });
    return role;
  });
}

/** @throws VoltanaError NO_ADAPTER for what voltana cannot reach yet */
function checkReachable({ name, engine, launcher }: ClusterFile): void {
  if (engine.kind === 'emulated' && launcher.kind === 'local') return;
  const what = engine.kind === 'emulated' ? `launcher ${launcher.kind}` : `engine ${engine.kind}`;
  throw new VoltanaError('NO_ADAPTER', `cluster "${name}" has ${what}, which voltana cannot profile yet`);
}

/** Those named; one of each phase otherwise, the first. */
function instancesOf(cluster: PhasedCluster, text: string | undefined, phases: readonly Role[]): PhaseInstance[] {
  const ofPhases = cluster.instances.filter(({ role }) => phases.includes(role));
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

function clocksOf(text: string | undefined, table: readonly number[], boundedMhz: readonly number[]): number[] | null {
  if (text === undefined || text === 'auto') return null;
  const clocks = listOf(text).map((part) => {
    const mhz = /^\d+$/.test(part) ? Number(part) : NaN;
    if (Number.isNaN(mhz))
      throw new VoltanaError('BAD_VALUE', `--clocks ${text}: "${part}" is no clock`, {
        hint: 'Give auto, or clocks in MHz such as 690,1005,1410.',
      });
    if (boundedMhz.includes(mhz)) return mhz;
    const why = table.includes(mhz) ? "outside the cluster file's bounds, or above what a lock holds" : 'not a clock of this GPU';
    throw new VoltanaError('CLOCK_OUTSIDE_CARD', `--clocks ${text}: ${mhz} MHz is ${why}`, {
      hint: `Choose from ${boundedMhz[0]} to ${boundedMhz.at(-1)} MHz in steps of ${(table[1] ?? table[0]!) - table[0]!}.`,
    });
  });
  return [...new Set(clocks)].sort((a, b) => a - b);
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

/** Looks everything up and checks it, before anything is started. @throws VoltanaError of exit code 2, or NO_ADAPTER */
export async function resolveProfile(request: ProfileRequest, library: Library): Promise<ProfileOptions> {
  const cluster = phased(await library.cluster(request.cluster), 'a profile');
  const instances = instancesOf(cluster, request.instances, phasesOf(request.phase));
  checkReachable(cluster);
  checkPortsDiffer(cluster);
  const [gpu, model, engine] = await Promise.all([
    library.gpu(cluster.gpu),
    library.model(cluster.model),
    library.engine(cluster.engine.card ?? 'sglang-like'),
  ]);
  checkSplits(cluster, model);
  const table = clockTable(gpu);
  const boundedMhz = reachable(boundedClocks(table, cluster.control), gpu);
  const listed = clocksOf(request.clocks, table, boundedMhz);
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

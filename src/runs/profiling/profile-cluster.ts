import { domainOf, type LaunchedInstance, type Role } from '../../domain/instance.ts';
import type { ProfileDocument } from '../../domain/profile.ts';
import { repeat } from '../serving/repeat.ts';
import type { ProfilingPorts } from './bench.ts';
import { driftOf } from './drift.ts';
import { sweepInstance, type Ending, type Measured, type Sweep, type SweepListener } from './profile-instance.ts';
import { suitedTo, type MeasureSettings } from './settings.ts';

const LEASE_TTL_MS = 5000;
const RENEWALS_PER_TTL = 3;

/** A cluster's profile as asked for. */
export interface Profiling {
  readonly instances: readonly LaunchedInstance[];
  readonly sweepOf: (instance: LaunchedInstance) => Sweep;
  /** One instance after the other: the client would be too slow for all of them. At once otherwise, as they share no GPU. */
  readonly inTurn?: boolean;
  readonly settings: Readonly<Record<Role, MeasureSettings>>;
  /** Who holds the clocks: another process needs another name, or the two would take over from each other. */
  readonly holder?: string;
}

const HOLDER = 'voltana profile';

export type MeasuredCluster = Pick<ProfileDocument, 'points' | 'idle' | 'gpuSeconds' | 'drift' | 'sweeps'>;

type MeasuredInstance = Measured & { readonly ending: Ending };

/** Measures one instance under a lease that is kept while it lasts and given back on every path. */
async function profileInstance(
  ports: ProfilingPorts,
  instance: LaunchedInstance,
  { sweepOf, settings, holder = HOLDER }: Profiling,
  signal: AbortSignal,
  listener: SweepListener,
): Promise<MeasuredInstance> {
  const { driver, time } = ports;
  const lease = await driver.acquire(domainOf(instance), holder, LEASE_TTL_MS);
  const stopRenewing = repeat(time, LEASE_TTL_MS / RENEWALS_PER_TTL, () => driver.renew(lease));
  const giveBack = async (): Promise<void> => {
    await stopRenewing();
    await driver.release(lease);
  };
  try {
    const bench = { ...ports, instance, lease, signal, settings: suitedTo(ports.meter, settings[instance.role]) };
    const measured = await sweepInstance(bench, sweepOf(instance), listener);
    await giveBack();
    return measured;
  } catch (error) {
    // What cannot be given back any more is freed when its lease runs out; why it came to that is what counts.
    await giveBack().catch(() => undefined);
    throw error;
  }
}

/** Waits for all, so that nothing still runs when one has failed; then throws the first failure. */
async function allSettled<T>(tasks: readonly Promise<T>[]): Promise<T[]> {
  const results = await Promise.allSettled(tasks);
  const failure = results.find((result) => result.status === 'rejected');
  if (failure) throw failure.reason;
  return results.map((result) => (result as PromiseFulfilledResult<T>).value);
}

async function inTurn<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (const item of items) results.push(await work(item));
  return results;
}

/**
 * Profiles every instance asked for. The first failure ends the others too; what was
 * measured until then was told to the listener.
 */
export async function profileCluster(
  ports: ProfilingPorts,
  profiling: Profiling,
  signal: AbortSignal,
  listener: SweepListener = {},
): Promise<MeasuredCluster> {
  const { instances, settings } = profiling;
  const abortOthers = new AbortController();
  const either = AbortSignal.any([signal, abortOthers.signal]);
  const one = (instance: LaunchedInstance): Promise<MeasuredInstance> =>
    profileInstance(ports, instance, profiling, either, listener).catch((error: unknown) => {
      abortOthers.abort(error);
      throw error;
    });
  const parts = profiling.inTurn ? await inTurn(instances, one) : await allSettled(instances.map(one));
  return {
    points: parts.flatMap(({ points }) => points),
    idle: parts.flatMap(({ idle }) => idle),
    gpuSeconds: parts.reduce((sum, { gpuSeconds }) => sum + gpuSeconds, 0),
    drift: parts.flatMap(({ points }, i) => driftOf(points, settings[instances[i]!.role].precisionPct)),
    sweeps: parts.map(({ points, gpuSeconds, ending }, i) => ({ instance: instances[i]!.id, points: points.length, gpuSeconds, ending })),
  };
}

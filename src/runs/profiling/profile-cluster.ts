import type { LaunchedInstance } from '../../domain/instance.ts';
import type { ProfileDocument, ProfilePoint } from '../../domain/profile.ts';
import { repeat } from '../serving/repeat.ts';
import type { Bench, ProfilingPorts } from './bench.ts';
import { measureDecode } from './measure-decode.ts';
import { measurePrefill } from './measure-prefill.ts';
import type { ProfilePlan } from './plan.ts';

const LEASE_TTL_MS = 5000;
const RENEWALS_PER_TTL = 3;

type Measured = Pick<ProfileDocument, 'points' | 'idle'>;

/** Measures one instance under a lease that is kept while it lasts and given back on every path. */
async function profileInstance(
  ports: ProfilingPorts,
  plan: ProfilePlan,
  instance: LaunchedInstance,
  signal: AbortSignal,
  onPoint?: (point: ProfilePoint) => void,
): Promise<Measured> {
  const { driver, time } = ports;
  const lease = await driver.acquire(instance.id, 'voltana profile', LEASE_TTL_MS);
  const stopRenewing = repeat(time, LEASE_TTL_MS / RENEWALS_PER_TTL, () => driver.renew(lease));
  const bench: Bench = { ...ports, instance, lease, signal, onPoint };
  try {
    return await (instance.role === 'prefill' ? measurePrefill(bench, plan) : measureDecode(bench, plan));
  } finally {
    await stopRenewing();
    await driver.release(lease);
  }
}

/** Waits for all, so that nothing still runs when one has failed; then throws the first failure. */
async function allSettled<T>(tasks: readonly Promise<T>[]): Promise<T[]> {
  const results = await Promise.allSettled(tasks);
  const failure = results.find((result) => result.status === 'rejected');
  if (failure) throw failure.reason;
  return results.map((result) => (result as PromiseFulfilledResult<T>).value);
}

/** Profiles every instance of a cluster, all at once: they share no GPU. The first failure ends the others too. */
export async function profileCluster(
  ports: ProfilingPorts,
  plan: ProfilePlan,
  instances: readonly LaunchedInstance[],
  signal: AbortSignal,
  onPoint?: (point: ProfilePoint) => void,
): Promise<Measured & Pick<ProfileDocument, 'gpuSeconds'>> {
  const { time } = ports;
  let gpuSeconds = 0;
  const abortOthers = new AbortController();
  const either = AbortSignal.any([signal, abortOthers.signal]);
  const one = async (instance: LaunchedInstance): Promise<Measured> => {
    const startMs = time.nowMs();
    const measured = await profileInstance(ports, plan, instance, either, onPoint);
    gpuSeconds += ((time.nowMs() - startMs) / 1000) * instance.gpuCount;
    return measured;
  };
  const parts = await allSettled(
    instances.map((instance) =>
      one(instance).catch((error: unknown) => {
        abortOthers.abort(error);
        throw error;
      }),
    ),
  );
  return { points: parts.flatMap(({ points }) => points), idle: parts.flatMap(({ idle }) => idle), gpuSeconds };
}

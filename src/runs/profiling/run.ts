import { VoltanaError } from '../../domain/errors.ts';
import type { LaunchedInstance } from '../../domain/instance.ts';
import type { IdlePower, ProfileDocument, ProfilePoint } from '../../domain/profile.ts';
import type { Launcher } from '../../ports/launcher.ts';
import type { Time } from '../../ports/time.ts';
import { documentHeader, type HeaderFields } from '../../telemetry/document-header.ts';
import type { ProfilingPorts } from './bench.ts';
import type { ProfileJournal } from './journal.ts';
import type { ProfileOptions } from './options.ts';
import { profileCluster, type Profiling } from './profile-cluster.ts';
import type { SweepListener } from './profile-instance.ts';
import { provenanceOf } from './provenance.ts';
import { THOROUGH } from './settings.ts';
import { adaptiveSweep } from './sweeps.ts';

/** One profile as asked for, and who wants to know of it. */
export interface ProfileRun {
  readonly options: ProfileOptions;
  readonly journal: ProfileJournal;
  readonly header: HeaderFields;
  readonly signal: AbortSignal;
  /** One sentence for each point. */
  readonly onPoint: (text: string) => void;
}

const sentence = (point: ProfilePoint, gpuSeconds: number): string => {
  const { instance, requestedClockMhz, batch, contextTokens, promptTokens, latencyMs, powerW, reasons } = point;
  const load = contextTokens === undefined ? `${promptTokens} prompt tokens` : `batch ${batch} x ${Math.round(contextTokens)} tokens`;
  const verdict = reasons.length === 0 ? '' : `; not valid: ${reasons.join(', ')}`;
  return `${instance}: ${requestedClockMhz} MHz, ${load}: ${latencyMs.toFixed(2)} ms, ${powerW.toFixed(0)} W${verdict} (${gpuSeconds.toFixed(0)} GPU seconds so far)`;
};

/** Journals everything as it comes, and remembers what the fits in between need. */
const journaled = ({ journal, onPoint }: ProfileRun, idle: IdlePower[]): SweepListener => ({
  point(point, gpuSeconds) {
    journal.point(point, gpuSeconds);
    onPoint(sentence(point, gpuSeconds));
  },
  idle(measured, gpuSeconds) {
    idle.push(measured);
    journal.idle(measured, gpuSeconds);
  },
});

/** Measures instances that run, from nothing or from where a journal ends, and answers with the whole profile. */
export async function profileOn(ports: ProfilingPorts, instances: readonly LaunchedInstance[], run: ProfileRun): Promise<ProfileDocument> {
  const { options, journal, header, signal } = run;
  const idle: IdlePower[] = instances.flatMap(({ id }) => journal.before(id).idle);
  const profiling: Profiling = {
    instances,
    inTurn: true,
    settings: { prefill: THOROUGH, decode: THOROUGH },
    sweepOf: ({ id, role }) => adaptiveSweep(id, role, options, journal.before(id), () => idle.filter(({ instance }) => instance === id)),
  };
  const measured = await profileCluster(ports, profiling, signal, journaled(run, idle));
  return { ...documentHeader('profile', header), provenance: provenanceOf(options), ...measured };
}

const DYING_MS = 300;

export interface LaunchPorts {
  readonly launcher: Launcher;
  readonly connect: (instances: readonly LaunchedInstance[]) => Omit<ProfilingPorts, 'time'> & { close(): Promise<void> };
  readonly time: Time;
}

/** Starts the instances, measures them and stops them again, whatever happens. A process that dies ends it. */
export async function profileLaunched({ launcher, connect, time }: LaunchPorts, run: ProfileRun): Promise<ProfileDocument> {
  const failure = new AbortController();
  const signal = AbortSignal.any([run.signal, failure.signal]);
  const cluster = await launcher.launch(signal);
  void cluster.failed.then((error) => failure.abort(error));
  const ports = connect(cluster.instances);
  try {
    return await profileOn({ ...ports, time }, cluster.instances, { ...run, signal });
  } catch (error) {
    // A process that died is the reason for whatever failed with it, and shows soon.
    if (error instanceof VoltanaError && error.code === 'ENGINE_FAILED') await Promise.race([cluster.failed, time.sleep(DYING_MS)]);
    signal.throwIfAborted();
    throw error;
  } finally {
    await ports.close();
    await cluster.stop();
  }
}

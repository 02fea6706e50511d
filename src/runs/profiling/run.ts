import { VoltanaError } from '../../domain/errors.ts';
import type { LaunchedInstance } from '../../domain/instance.ts';
import type { IdlePower, ProfilePoint, RecordedPoint, RecordedProfile } from '../../domain/profile.ts';
import type { ClockDriver } from '../../ports/clock-driver.ts';
import type { Launcher } from '../../ports/launcher.ts';
import type { PowerMeter } from '../../ports/power-meter.ts';
import type { Time } from '../../ports/time.ts';
import { documentHeader, type HeaderFields } from '../../telemetry/document-header.ts';
import type { ProfilingPorts } from './bench.ts';
import type { ProfileGround } from './ground.ts';
import type { ProfileJournal } from './journal.ts';
import { profileCluster, type MeasuredCluster, type Profiling } from './profile-cluster.ts';
import type { Measured, SweepListener } from './profile-instance.ts';
import { THOROUGH, type MeasureSettings } from './settings.ts';
import { groundedSweep } from './sweeps.ts';
import { reckoned, recorded, standInDriver, standInMeter, type Seen } from './unseen.ts';

/** Told of a profile while it is measured: GPU seconds are of the instance, so far. */
export interface ProfileWatch {
  /** The instances run. */
  begun?(): void;
  idle?(instance: string, gpuSeconds: number): void;
  point?(point: RecordedPoint, gpuSeconds: number): void;
}

/** One profile as asked for, and who wants to know of it. */
export interface ProfileRun {
  readonly ground: ProfileGround;
  readonly journal: ProfileJournal;
  readonly header: HeaderFields;
  readonly signal: AbortSignal;
  /** One sentence for each point. */
  readonly onPoint: (text: string) => void;
  readonly watch?: ProfileWatch;
  /** See `Profiling.holder`. */
  readonly holder?: string;
  /** Thorough when left out. */
  readonly settings?: MeasureSettings;
}

/** Null: nobody drives the clocks, or counts the joules. */
export type OpenPorts = Omit<ProfilingPorts, 'driver' | 'meter'> & {
  readonly driver: ClockDriver | null;
  readonly meter: PowerMeter | null;
};

const sentence = (point: RecordedPoint, gpuSeconds: number): string => {
  const { instance, requestedClockMhz, batch, contextTokens, promptTokens, latencyMs, powerW, reasons } = point;
  const load = contextTokens === undefined ? `${promptTokens} prompt tokens` : `batch ${batch} x ${Math.round(contextTokens)} tokens`;
  const verdict = reasons.length === 0 ? '' : `; not valid: ${reasons.join(', ')}`;
  const where = requestedClockMhz === null ? '' : `${requestedClockMhz} MHz, `;
  const power = powerW === null ? '' : `, ${powerW.toFixed(0)} W`;
  return `${instance}: ${where}${load}: ${latencyMs.toFixed(2)} ms${power}${verdict} (${gpuSeconds.toFixed(0)} GPU seconds so far)`;
};

/** Journals everything as it comes, and remembers what the fits in between need. */
const journaled = ({ journal, onPoint, watch }: ProfileRun, seen: Seen, idle: IdlePower[]): SweepListener => ({
  point(measured: ProfilePoint, gpuSeconds) {
    const point = recorded(measured, seen);
    journal.point(point, gpuSeconds);
    onPoint(sentence(point, gpuSeconds));
    watch?.point?.(point, gpuSeconds);
  },
  idle(measured, gpuSeconds) {
    idle.push(measured);
    watch?.idle?.(measured.instance, gpuSeconds);
    // The power of a stand-in is none.
    if (seen.power && seen.clocks) journal.idle(measured, gpuSeconds);
  },
});

const beforeIn = (journal: ProfileJournal, id: string): Measured => {
  const before = journal.before(id);
  return { ...before, points: before.points.map(reckoned) };
};

/** What was measured as it is written: what nobody has seen is null or left out. */
function documented({ points, idle, drift, ...rest }: MeasuredCluster, seen: Seen) {
  return {
    ...rest,
    points: points.map((point) => recorded(point, seen)),
    idle: seen.power && seen.clocks ? idle : [],
    ...(drift ? { drift: seen.power ? drift : drift.map((one) => ({ ...one, powerPct: null })) } : {}),
  };
}

/** Measures instances that run, from nothing or from where a journal ends, and answers with the whole profile. */
export async function profileOn(ports: OpenPorts, instances: readonly LaunchedInstance[], run: ProfileRun): Promise<RecordedProfile> {
  const { ground, journal, header, signal, settings = THOROUGH, holder } = run;
  const { time } = ports;
  const seen: Seen = { clocks: ports.driver !== null, power: ports.meter !== null };
  const idle: IdlePower[] = instances.flatMap(({ id }) => journal.before(id).idle);
  const profiling: Profiling = {
    instances,
    inTurn: true,
    ...(holder === undefined ? {} : { holder }),
    settings: { prefill: settings, decode: settings },
    sweepOf: (instance) => {
      const sweep = groundedSweep(instance, ground, beforeIn(journal, instance.id), () =>
        idle.filter((one) => one.instance === instance.id),
      );
      // Without a meter an idle device is waited for in vain.
      return seen.power ? sweep : { ...sweep, idleClocksMhz: [] };
    },
  };
  run.watch?.begun?.();
  const all = { ...ports, driver: ports.driver ?? standInDriver(time), meter: ports.meter ?? standInMeter(time) };
  const measured = await profileCluster(all, profiling, signal, journaled(run, seen, idle));
  return { ...documentHeader('profile', header), provenance: ground.provenance, ...documented(measured, seen) };
}

const DYING_MS = 300;

/** A launched cluster under measurement. */
export interface Session {
  readonly instances: readonly LaunchedInstance[];
  /** Also aborts when a process dies. */
  readonly signal: AbortSignal;
  /** Has something closed at the end, before the instances are stopped. */
  readonly closing: (close: () => Promise<void>) => void;
}

export interface LaunchPorts {
  readonly launcher: Launcher;
  readonly time: Time;
}

/** Starts the instances, has them measured and stops them again, whatever happens. A process that dies ends it. */
export async function onLaunched<T>(
  { launcher, time }: LaunchPorts,
  outer: AbortSignal,
  measure: (session: Session) => Promise<T>,
): Promise<T> {
  const failure = new AbortController();
  const signal = AbortSignal.any([outer, failure.signal]);
  const cluster = await launcher.launch(signal);
  void cluster.failed.then((error) => failure.abort(error));
  const toClose: (() => Promise<void>)[] = [];
  try {
    return await measure({ instances: cluster.instances, signal, closing: (close) => void toClose.push(close) });
  } catch (error) {
    // A process that died is the reason for whatever failed with it, and shows soon.
    if (error instanceof VoltanaError && error.code === 'ENGINE_FAILED') await Promise.race([cluster.failed, time.sleep(DYING_MS)]);
    signal.throwIfAborted();
    throw error;
  } finally {
    await Promise.allSettled(toClose.map((close) => close()));
    await cluster.stop();
  }
}

type Connected = Omit<ProfilingPorts, 'time'> & { close(): Promise<void> };

/** An emulated cluster from its start to its end. */
export const profileLaunched = (
  { connect, ...ports }: LaunchPorts & { readonly connect: (instances: readonly LaunchedInstance[]) => Connected },
  run: ProfileRun,
): Promise<RecordedProfile> =>
  onLaunched(ports, run.signal, ({ instances, signal, closing }) => {
    const connected = connect(instances);
    closing(() => connected.close());
    return profileOn({ ...connected, time: ports.time }, instances, { ...run, signal });
  });

import { clockTable } from '../../emulation/instance.ts';
import type { LaunchedInstance } from '../../domain/instance.ts';
import type { FittedCards, FittedDocument, ProfileDocument, ProfilePoint } from '../../domain/profile.ts';
import type { Comparison, RunConfig, RunRecord } from '../../domain/run-record.ts';
import type { Snapshot } from '../../domain/snapshot.ts';
import type { ClockDriver } from '../../ports/clock-driver.ts';
import type { EngineProbe } from '../../ports/engine.ts';
import type { GatewayLauncher, RunningGateway } from '../../ports/gateway-launcher.ts';
import type { LaunchedCluster, Launcher } from '../../ports/launcher.ts';
import type { LoadProgress, LoadSource } from '../../ports/load-source.ts';
import type { PowerMeter } from '../../ports/power-meter.ts';
import type { Random } from '../../ports/random.ts';
import type { Time } from '../../ports/time.ts';
import { fitProfile } from '../../prediction/fit/fit-profile.ts';
import { compareRuns } from '../../telemetry/compare.ts';
import { documentHeader, type HeaderFields } from '../../telemetry/document-header.ts';
import { benchmark } from '../benchmarking/benchmark.ts';
import { plannedPoints, shortPlan, type ProfilePlan } from '../profiling/plan.ts';
import { profileCluster } from '../profiling/profile-cluster.ts';
import { provenanceOf } from '../profiling/provenance.ts';
import { shortProfiling } from '../profiling/short.ts';
import { boundedClocks } from '../serving/fleet.ts';
import { fleetConfig } from '../serving/fleet-config.ts';
import { repeat } from '../serving/repeat.ts';
import type { Contender, DemoOptions } from './options.ts';

/** The running cluster's own ports: they exist once its processes listen. */
export interface ClusterPorts {
  readonly driver: ClockDriver;
  readonly meter: PowerMeter;
  readonly probe: EngineProbe;
  close(): Promise<void>;
}

export interface DemoPorts {
  readonly launcher: Launcher;
  readonly gatewayLauncher: GatewayLauncher;
  readonly connect: (instances: readonly LaunchedInstance[]) => ClusterPorts;
  readonly loadFor: (url: string, model: string) => LoadSource;
  readonly time: Time;
  readonly random: Random;
}

/** What a watcher is told as it happens; each part is a whole, valid document. */
export interface DemoListener {
  started?(instances: readonly LaunchedInstance[], seconds: number): void;
  /** What the profile is about to measure. */
  planned?(plan: ProfilePlan, instances: readonly LaunchedInstance[]): void;
  /** One more point of the profile. */
  measured?(point: ProfilePoint, done: number, total: number): void;
  profiled?(profile: ProfileDocument, seconds: number): void;
  fitted?(fitted: FittedDocument): void;
  serving?(which: 'baseline' | 'candidate', contender: Contender): void;
  progress?(which: 'baseline' | 'candidate', progress: LoadProgress): void;
  /** The running gateway, a few times a second; asked for only when somebody listens. */
  observed?(which: 'baseline' | 'candidate', snapshot: Snapshot): void;
  served?(which: 'baseline' | 'candidate', record: RunRecord): void;
}

/** One demo under way: what every phase needs. */
interface Session {
  readonly options: DemoOptions;
  readonly ports: DemoPorts;
  readonly cluster: LaunchedCluster;
  readonly own: ClusterPorts;
  readonly header: HeaderFields;
  readonly signal: AbortSignal;
  /** Ends the demo with this error: a process died that nobody stopped. */
  readonly fail: (error: Error) => void;
  readonly listener: DemoListener;
}

const MS_PER_S = 1000;
const OBSERVE_EVERY_MS = 250;

async function profile(session: Session): Promise<ProfileDocument> {
  const { options, ports, own, cluster, header, signal, listener } = session;
  const plan = shortPlan(boundedClocks(clockTable(options.gpu), options.cluster.control));
  const total = plannedPoints(plan, cluster.instances);
  listener.planned?.(plan, cluster.instances);
  let done = 0;
  const onPoint = (point: ProfilePoint): void => listener.measured?.(point, ++done, total);
  const profiling = shortProfiling(plan, cluster.instances, ports.random);
  const measured = await profileCluster({ ...own, time: ports.time }, profiling, signal, { point: onPoint });
  return { ...documentHeader('profile', header), provenance: provenanceOf(options), ...measured };
}

const configOf = ({ cluster, workload, ratePerS, schedule, gpu, model }: DemoOptions, contender: Contender): RunConfig => ({
  ...fleetConfig({ cluster, ...contender }, cluster.instances, clockTable(gpu)),
  gpu: gpu.id,
  model: model.id,
  workload,
  rate: ratePerS,
  durationS: (schedule.at(-1)?.arrivalMs ?? 0) / MS_PER_S,
});

/** Looks at a gateway for whoever wants to see it. A look that fails is a missing picture, nothing more. */
function observe({ ports, listener }: Session, which: 'baseline' | 'candidate', gateway: RunningGateway): () => Promise<void> {
  const { observed } = listener;
  if (!observed) return () => Promise.resolve();
  return repeat(ports.time, OBSERVE_EVERY_MS, () =>
    gateway.snapshot().then(
      (snapshot) => observed(which, snapshot),
      () => undefined,
    ),
  );
}

async function serveOnce(session: Session, fitted: FittedDocument, which: 'baseline' | 'candidate'): Promise<RunRecord> {
  const { options, ports, own, cluster, header, signal, listener } = session;
  const contender = options[which];
  listener.serving?.(which, contender);
  const spec = {
    ...contender,
    cluster: options.cluster,
    instances: cluster.instances,
    fitted: { instances: fitted.instances, evidence: fitted.evidence, cards: fitted.cards, provenance: fitted.provenance },
    seed: options.seed,
  };
  const gateway = await ports.gatewayLauncher.launch(spec, signal);
  void gateway.failed.then(session.fail);
  const stopObserving = observe(session, which, gateway);
  try {
    const record = await benchmark({
      ports: { ...own, time: ports.time },
      load: ports.loadFor(gateway.url, options.model.id),
      gateway,
      instances: cluster.instances,
      schedule: options.schedule,
      config: configOf(options, contender),
      mode: 'emulated',
      header,
      signal,
      onProgress: (progress) => listener.progress?.(which, progress),
    });
    listener.served?.(which, record);
    return record;
  } finally {
    // A look under way ends with the gateway: waiting for it would hold up the end.
    void stopObserving();
    await gateway.stop();
  }
}

const cardsOf = ({ gpu, model, engine }: DemoOptions): FittedCards => ({ gpu, model, engine });

async function allPhases(session: Session): Promise<Comparison> {
  const { options, ports, listener, header } = session;
  const profiledFromMs = ports.time.nowMs();
  const profiled = await profile(session);
  listener.profiled?.(profiled, (ports.time.nowMs() - profiledFromMs) / MS_PER_S);
  const fitted: FittedDocument = { ...documentHeader('fitted', header), ...fitProfile(profiled, cardsOf(options)) };
  listener.fitted?.(fitted);
  const baseline = await serveOnce(session, fitted, 'baseline');
  const candidate = await serveOnce(session, fitted, 'candidate');
  return compareRuns(baseline, candidate, { ...header, seed: options.seed });
}

/**
 * The main job on an emulated cluster: start it, profile it, fit it, serve the same workload twice, compare.
 * Whatever happens, every process that was started is gone when this returns or throws.
 */
export async function demo(
  options: DemoOptions,
  ports: DemoPorts,
  header: HeaderFields,
  signal: AbortSignal,
  listener: DemoListener,
): Promise<Comparison> {
  const startedAtMs = ports.time.nowMs();
  const failure = new AbortController();
  const either = AbortSignal.any([signal, failure.signal]);
  const fail = (error: Error): void => failure.abort(error);
  const cluster = await ports.launcher.launch(either);
  void cluster.failed.then(fail);
  const own = ports.connect(cluster.instances);
  try {
    listener.started?.(cluster.instances, (ports.time.nowMs() - startedAtMs) / MS_PER_S);
    return await allPhases({ options, ports, cluster, own, header, signal: either, fail, listener });
  } catch (error) {
    either.throwIfAborted();
    throw error;
  } finally {
    await own.close();
    await cluster.stop();
  }
}

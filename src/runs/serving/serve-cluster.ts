import { VoltanaError } from '../../domain/errors.ts';
import { ROLES, type LaunchedInstance, type Role } from '../../domain/instance.ts';
import type { RunRecord } from '../../domain/run-record.ts';
import type { Snapshot } from '../../domain/snapshot.ts';
import { MS_PER_S } from '../../domain/units.ts';
import type { GatewaySpec, RunningGateway } from '../../ports/gateway-launcher.ts';
import type { LaunchedCluster } from '../../ports/launcher.ts';
import type { HeaderFields } from '../../telemetry/document-header.ts';
import { followReloads } from './membership.ts';
import type { ServeClusterPorts, ServeListener } from './serve-ports.ts';
import type { ServeOptions } from './options.ts';
import { repeat } from './repeat.ts';

const OBSERVE_EVERY_MS = 250;
/** Pods are started anew; nobody does that for processes that voltana has started. */
const DEAD_AFTER_MS = { pods: 60_000, processes: 10_000 };
const SILENT_AFTER_MS = 30_000;

/** What a gateway is told of a deployment. */
export const gatewaySpecOf = (
  { cluster, cards, fitted, governor, routing, fixedMhz, seed, warnings }: ServeOptions,
  instances: readonly LaunchedInstance[],
  header: HeaderFields,
): GatewaySpec => ({
  cluster,
  instances,
  governor,
  routing,
  fixedMhz,
  fitted: fitted && { instances: fitted.instances, evidence: fitted.evidence, cards: fitted.cards, provenance: fitted.provenance },
  ...(cards ? { cards } : {}),
  seed,
  header,
  warnings,
});

/** Requests still find both phases without it. */
const goesOnWithout = (instances: readonly LaunchedInstance[]): boolean =>
  (['prefill', 'decode'] as const).every((role) => instances.filter((one) => one.role === role).length > 1);

/** Ends when the time is up, when the signal comes, or with the error of what cannot go on. */
function untilEnd(
  options: ServeOptions,
  ports: ServeClusterPorts,
  cluster: LaunchedCluster,
  gateway: RunningGateway,
  signal: AbortSignal,
  listener: ServeListener,
  dead: Promise<Error>,
): Promise<'signal' | 'duration'> {
  return new Promise((resolve, reject) => {
    const { time } = ports;
    if (options.durationS !== null) time.at(time.nowMs() + options.durationS * MS_PER_S, () => resolve('duration'));
    if (signal.aborted) resolve('signal');
    signal.addEventListener('abort', () => resolve('signal'), { once: true });
    void gateway.failed.then(reject);
    void dead.then(reject);
    void cluster.failed.then((error) => (goesOnWithout(cluster.instances) ? listener.lost?.(error.message) : reject(error)));
  });
}

/** Looks at the gateway. A picture that fails is missing, nothing more. @param dead told when nobody of a phase has served for long */
function observe(
  { time, lookAgain }: ServeClusterPorts,
  { cluster }: ServeOptions,
  gateway: RunningGateway,
  { observed, mapped }: ServeListener,
  dead: (error: Error) => void,
): () => Promise<void> {
  const deadAfterMs = DEAD_AFTER_MS[cluster.launcher.kind === 'kubernetes' ? 'pods' : 'processes'];
  const lastUpMs = new Map<Role, number>(ROLES.map((role) => [role, time.nowMs()]));
  let maps = gateway.energyMaps();
  const look = (snapshot: Snapshot): void => {
    if (maps !== gateway.energyMaps()) mapped?.((maps = gateway.energyMaps()));
    observed?.(snapshot);
    for (const { role, health } of snapshot.instances) if (health !== 'down') lastUpMs.set(role, time.nowMs());
    // Who only attaches waits for engines to come back.
    if (lookAgain) return;
    for (const [role, sinceMs] of lastUpMs) if (time.nowMs() - sinceMs > deadAfterMs) dead(allDown(role, deadAfterMs));
  };
  let answeredMs = time.nowMs();
  const heard = (snapshot: Snapshot): void => {
    answeredMs = time.nowMs();
    look(snapshot);
  };
  const missed = (): void => {
    if (time.nowMs() - answeredMs > SILENT_AFTER_MS) dead(SILENT);
  };
  return repeat(time, OBSERVE_EVERY_MS, () => gateway.snapshot().then(heard, missed));
}

const SILENT = new VoltanaError('ENGINE_FAILED', `the gateway has not answered for ${SILENT_AFTER_MS / MS_PER_S} s`, {
  hint: 'Look whether its process was stopped or its machine is overloaded, then serve again.',
});

const allDown = (role: Role, afterMs: number): VoltanaError =>
  new VoltanaError('ENGINE_FAILED', `every ${role} instance has been down for ${afterMs / MS_PER_S} s`, {
    hint: 'Look at the logs of the engines, then serve again.',
  });

export interface ServedCluster {
  /** Null where the gateway could not tell any more. */
  readonly record: RunRecord | null;
  /** Why it could not go on; null when it was to end. */
  readonly failure: Error | null;
}

/**
 * Launches or attaches, serves until its time is up or the signal comes, lets what is under way end, and stops all that
 * it has started. What was served until a failure is told, too. @throws VoltanaError only where nothing was served
 */
export async function serveCluster(
  options: ServeOptions,
  ports: ServeClusterPorts,
  header: HeaderFields,
  signal: AbortSignal,
  listener: ServeListener,
): Promise<ServedCluster> {
  const startedAtMs = ports.time.nowMs();
  const cluster = await ports.launcher.launch(signal);
  try {
    listener.launched?.(cluster.instances, (ports.time.nowMs() - startedAtMs) / MS_PER_S);
    const gateway = await ports.gatewayLauncher.launch(gatewaySpecOf(options, cluster.instances, header), signal);
    listener.serving?.(gateway.url);
    let died = (_error: Error): void => undefined;
    const dead = new Promise<Error>((resolve) => (died = resolve));
    const stopObserving = observe(ports, options, gateway, listener, (error) => died(error));
    const stopFollowing = followReloads(ports, cluster, gateway, signal, listener);
    const ended = await untilEnd(options, ports, cluster, gateway, signal, listener, dead).catch((error: Error) => error);
    const failure = ended instanceof Error ? ended : null;
    try {
      if (!(ended instanceof Error)) listener.draining?.(ended);
      return { record: await gateway.stop(), failure };
    } finally {
      stopFollowing();
      void stopObserving();
      // Whatever a listener did: it is stopped once, however often it is asked.
      await gateway.stop();
    }
  } finally {
    await cluster.stop();
  }
}

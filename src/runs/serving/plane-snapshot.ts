import type { EnergyReading } from '../../domain/clock.ts';
import { VoltanaError } from '../../domain/errors.ts';
import type { LaunchedInstance } from '../../domain/instance.ts';
import type { Snapshot } from '../../domain/snapshot.ts';
import type { LiveLatency } from '../../telemetry/live-latency.ts';
import type { ControlPlaneOptions } from './control-plane-options.ts';
import { decisionsOf, viewOf } from './fleet-view.ts';

/** What a control plane keeps besides its fleet. */
export interface PlaneBooks {
  readonly instances: Iterable<LaunchedInstance>;
  readonly latency: LiveLatency;
  readonly clocks: { readonly energy: ReadonlyMap<string, EnergyReading>; readonly silent: ReadonlySet<string> };
  readonly counts: Omit<Snapshot['requests'], 'inFlight' | 'queued'>;
  readonly kvRoom: ReadonlyMap<string, number>;
  readonly warnings: readonly string[];
}

const DECISIONS_SHOWN = 8;

/** What a gateway shows of itself now. */
export function snapshotOf(options: ControlPlaneOptions, { instances, latency, clocks, counts, kvRoom, warnings }: PlaneBooks): Snapshot {
  const { fleet, time, governor, routing, slo, driver, mode, cluster, tuning } = options;
  const nowMs = time.nowMs();
  const tuned = tuning?.summary() ?? null;
  const sources = { fleet, latency, energy: clocks.energy, silent: clocks.silent, governed: driver !== null, kvRoom };
  const views = [...instances].map((instance) => viewOf(instance, sources, nowMs));
  const decisions = decisionsOf(fleet, DECISIONS_SHOWN);
  return {
    kind: 'snapshot',
    atMs: nowMs,
    ...(mode ? { mode } : {}),
    governor,
    routing,
    slo,
    ...(cluster ? { cluster } : {}),
    instances: views,
    requests: { inFlight: fleet.tracker.inFlight + fleet.queued, queued: fleet.queued, ...counts },
    firstRequestAtMs: latency.firstRequestAtMs,
    outputTokens: latency.outputTokens,
    transitions: views.reduce((sum, { transitions }) => sum + transitions, 0),
    lastDecision: decisions.at(-1) ?? null,
    decisions,
    histograms: latency.histograms(nowMs),
    ...(tuned ? { tuning: tuned } : {}),
    warnings: [...warnings],
  };
}

/** Nobody takes requests of one phase or the other. */
export function nobodyTakes({ fleet, time }: ControlPlaneOptions, instances: Iterable<LaunchedInstance>): VoltanaError {
  const out = [...instances].map(({ id }) => ({ id, health: fleet.health(id, time.nowMs()) })).filter(({ health }) => health !== 'up');
  return new VoltanaError('NO_INSTANCE', `no instance takes requests now: ${out.map(({ id, health }) => `${id} is ${health}`).join(', ')}`);
}

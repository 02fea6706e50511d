import type { FleetControl } from '../../control/fleet-control.ts';
import type { ClockTransition, EnergyReading } from '../../domain/clock.ts';
import { domainOf, type LaunchedInstance } from '../../domain/instance.ts';
import type { InstanceSnapshot } from '../../domain/snapshot.ts';
import type { LiveLatency } from '../../telemetry/live-latency.ts';

/** Where a snapshot gets what it shows. */
export interface FleetSources {
  readonly fleet: FleetControl;
  readonly latency: LiveLatency;
  /** The newest reading by clock domain; none without a meter. */
  readonly energy: ReadonlyMap<string, EnergyReading>;
  /** Domains whose meter does not answer any more. */
  readonly silent: ReadonlySet<string>;
  /** Whether anybody sets clocks here. */
  readonly governed: boolean;
  /** KV tokens that engines have room for, as they told, by clock domain. */
  readonly kvRoom: ReadonlyMap<string, number>;
}

/** As its engine says, else as its card does. */
const kvCapacityOf = ({ id, role }: LaunchedInstance, domain: string, { fleet, kvRoom }: FleetSources): number | null =>
  role === 'decode' ? (kvRoom.get(domain) ?? fleet.instance(id).kvCapacityTokens ?? null) : null;

/** An instance as it stands. The energy of an aggregated engine shows once, at the phase that decodes. */
export function viewOf(instance: LaunchedInstance, sources: FleetSources, nowMs: number): InstanceSnapshot {
  const { fleet, latency, energy, silent, governed } = sources;
  const { id, role } = instance;
  const domain = domainOf(instance);
  const control = fleet.control(domain);
  const load = fleet.tracker.load(id, nowMs);
  const metered = domain === id || role === 'decode' ? energy.get(domain) : undefined;
  return {
    id,
    role,
    domain,
    health: fleet.health(id, nowMs),
    askedMhz: governed ? control.askedMhz : null,
    appliedMhz: governed ? control.appliedMhz : null,
    powerW: silent.has(domain) ? null : (metered?.powerW ?? null),
    energyJ: metered?.energyJ ?? null,
    meteredAtMs: metered?.atMs ?? null,
    requests: load.phase === 'prefill' ? load.waiting.length : load.batch,
    tokens: load.phase === 'prefill' ? load.waitingTokens : load.kvTokens,
    kvCapacityTokens: kvCapacityOf(instance, domain, sources),
    latency: latency.recent(id, nowMs),
    correctionPct: fleet.learnt(id)?.correctionPct ?? null,
    lastReason: governed ? control.lastReason : null,
    transitions: domain === id || role === 'decode' ? control.transitions : 0,
  };
}

/** The newest changes of any clocks, newest last. */
export function decisionsOf(fleet: FleetControl, most: number): ClockTransition[] {
  const newest = fleet.domainIds.flatMap((domain) => fleet.control(domain).log.slice(-most));
  return newest.sort((one, other) => one.atMs - other.atMs).slice(-most);
}

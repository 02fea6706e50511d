import type { ClockTransition } from '../domain/clock.ts';
import type { InstanceSnapshot } from '../domain/snapshot.ts';
import type { FleetEvents } from '../telemetry/fleet-events.ts';

/** What of a fleet is worth an event when it changes. */
export interface FleetLook {
  readonly instances: readonly InstanceSnapshot[];
  /** By clock domain, ascending in time. */
  readonly transitions: ReadonlyMap<string, readonly ClockTransition[]>;
  /** By clock domain; left out where nobody sets clocks. */
  readonly leases?: ReadonlyMap<string, boolean>;
}

const HEALTH_REASONS = {
  up: 'its requests succeed again',
  probing: 'one request at a time until one succeeds',
  down: 'its requests fail, or it says that it is not healthy',
} as const;

/** Finds out what changed from one look to the next, and tells it as events. */
export class FleetChanges {
  readonly #events: FleetEvents;
  #instances = new Map<string, InstanceSnapshot>();
  #leases = new Map<string, boolean>();
  /** By domain: the newest transition that was told. */
  readonly #told = new Map<string, ClockTransition>();
  #looked = false;

  constructor(events: FleetEvents) {
    this.#events = events;
  }

  /** The instances of the first look are no news. */
  look({ instances, transitions, leases = new Map<string, boolean>() }: FleetLook, nowMs: number): void {
    this.#instancesChanged(instances, nowMs);
    for (const [domain, log] of transitions) this.#transitions(domain, log);
    for (const [domain, held] of leases) this.#lease(domain, held, nowMs);
    this.#leases = new Map(leases);
    this.#looked = true;
  }

  #instancesChanged(instances: readonly InstanceSnapshot[], nowMs: number): void {
    const now = new Map(instances.map((instance) => [instance.id, instance]));
    for (const { id, role } of this.#instances.values())
      if (!now.has(id)) this.#events.add({ kind: 'instance', instance: id, role, change: 'removed' }, nowMs);
    for (const { id, role, health } of instances) {
      const before = this.#instances.get(id);
      if (!before && this.#looked) this.#events.add({ kind: 'instance', instance: id, role, change: 'added' }, nowMs);
      if ((before?.health ?? 'up') !== health)
        this.#events.add({ kind: 'health', instance: id, health, reason: HEALTH_REASONS[health] }, nowMs);
    }
    this.#instances = now;
  }

  #transitions(domain: string, log: readonly ClockTransition[]): void {
    const told = this.#told.get(domain);
    // Searched from its end: of a long log only the newest entries are new.
    let from = log.length;
    while (from > 0 && log[from - 1] !== told && (!told || log[from - 1]!.atMs >= told.atMs)) from--;
    for (const transition of log.slice(from)) this.#events.add({ kind: 'clock', ...transition }, transition.atMs);
    const last = log.at(-1);
    if (last) this.#told.set(domain, last);
  }

  #lease(domain: string, held: boolean, nowMs: number): void {
    if ((this.#leases.get(domain) ?? true) === held) return;
    const reason = held ? 'taken again' : "lost or refused: the driver's default clock holds";
    this.#events.add({ kind: 'lease', domain, held, reason }, nowMs);
  }
}

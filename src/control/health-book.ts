import type { Health } from '../domain/snapshot.ts';

export interface HealthTunables {
  /** So many failed legs in a row take an instance out. */
  readonly failures: number;
  /** How long it then gets nothing, doubled each time its probe fails, at most `longestRestMs`. */
  readonly restMs: number;
  readonly longestRestMs: number;
  /** A probe that was never heard of again counts as lost after this. */
  readonly probeMs: number;
}

const HEALTH: HealthTunables = { failures: 3, restMs: 2000, longestRestMs: 60_000, probeMs: 30_000 };

interface Record {
  failures: number;
  restMs: number;
  /** Of an open breaker: when a probe may go; null while closed. */
  probeAtMs: number | null;
  /** Told by the engine's own health, not by legs: out until it says otherwise. */
  unhealthy: boolean;
}

/**
 * A circuit breaker for each instance: closed while legs succeed; open after a row of failures; then one request at a
 * time is let through as a probe, and the first that succeeds closes it again.
 */
export class HealthBook {
  readonly #tunables: HealthTunables;
  readonly #records = new Map<string, Record>();

  constructor(tunables: HealthTunables = HEALTH) {
    this.#tunables = tunables;
  }

  /** Nothing is wrong anywhere: no need to ask for each. */
  get allUp(): boolean {
    return this.#records.size === 0;
  }

  state(id: string, nowMs: number): Health {
    const record = this.#records.get(id);
    if (!record || (record.probeAtMs === null && !record.unhealthy)) return 'up';
    return !record.unhealthy && nowMs >= record.probeAtMs! ? 'probing' : 'down';
  }

  /** Whether a request may go there now. */
  usable(id: string, nowMs: number): boolean {
    return this.state(id, nowMs) !== 'down';
  }

  /** A request goes there: of an instance that is being probed, the only one for now. */
  sent(id: string, nowMs: number): void {
    const record = this.#records.get(id);
    if (record && record.probeAtMs !== null) record.probeAtMs = nowMs + this.#tunables.probeMs;
  }

  succeeded(id: string): void {
    if (!this.#records.get(id)?.unhealthy) this.#records.delete(id);
  }

  /** @param hopeless one is enough: the instance took a request and said nothing */
  failed(id: string, nowMs: number, hopeless = false): void {
    const record = this.#recordOf(id);
    record.failures = hopeless ? Math.max(record.failures + 1, this.#tunables.failures) : record.failures + 1;
    if (record.failures < this.#tunables.failures) return;
    record.probeAtMs = nowMs + record.restMs;
    record.restMs = Math.min(2 * record.restMs, this.#tunables.longestRestMs);
  }

  /** What its own health endpoint says. Healthy again, it is probed before it counts as up. */
  told(id: string, healthy: boolean, nowMs: number): void {
    if (healthy && !this.#records.get(id)?.unhealthy) return;
    const record = this.#recordOf(id);
    record.unhealthy = !healthy;
    record.probeAtMs = healthy ? nowMs : (record.probeAtMs ?? nowMs);
  }

  forget(id: string): void {
    this.#records.delete(id);
  }

  /** When the next of these may be probed; Infinity when none ever may by itself. */
  nextProbeMs(ids: Iterable<string>): number {
    let next = Infinity;
    for (const id of ids) {
      const record = this.#records.get(id);
      if (record && !record.unhealthy && record.probeAtMs !== null) next = Math.min(next, record.probeAtMs);
    }
    return next;
  }

  #recordOf(id: string): Record {
    let record = this.#records.get(id);
    if (!record) this.#records.set(id, (record = { failures: 0, restMs: this.#tunables.restMs, probeAtMs: null, unhealthy: false }));
    return record;
  }
}

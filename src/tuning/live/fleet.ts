import type { EngineRole } from '../../domain/instance.ts';
import type { LiveDomain, Treatment } from '../../domain/live-tuning.ts';
import { ClockMemory } from './clock-memory.ts';

/** Null: how it was treated is not known for all of that time. */
export type Arm = 'governed' | 'highest';

export interface GuardedDomain {
  readonly id: string;
  readonly role: EngineRole;
  readonly clocks: ClockMemory;
  treatment: Treatment;
  /** Since when it has been governed, or at the highest clock, in milliseconds. */
  armSinceMs: number;
}

const armOf = (treatment: Treatment): Arm => (treatment === 'governed' ? 'governed' : 'highest');
const inOrder = new Intl.Collator('en', { numeric: true }).compare;

/** The domains that there are, and how each has been treated for how long. */
export class GuardedFleet {
  readonly #byId = new Map<string, GuardedDomain>();
  /** By number in their names, so that everybody counts alike. */
  #ordered: readonly GuardedDomain[] = [];

  get domains(): readonly GuardedDomain[] {
    return this.#ordered;
  }

  get(id: string): GuardedDomain | undefined {
    return this.#byId.get(id);
  }

  /** @returns whether a domain came or went */
  see(domains: readonly LiveDomain[], nowMs: number): boolean {
    let known = 0;
    let changed = false;
    for (const { id, role, clockMhz = null } of domains) {
      const before = this.#byId.get(id);
      if (before?.role === role) {
        before.clocks.see(clockMhz, nowMs);
        known++;
        continue;
      }
      const clocks = new ClockMemory();
      clocks.see(clockMhz, nowMs);
      this.#byId.set(id, { id, role, clocks, treatment: 'control', armSinceMs: nowMs });
      changed = true;
    }
    if (!changed && known === this.#byId.size) return false;
    this.#forget(new Set(domains.map(({ id }) => id)));
    return true;
  }

  treat(domain: GuardedDomain, treatment: Treatment, nowMs: number): void {
    if (armOf(domain.treatment) !== armOf(treatment)) domain.armSinceMs = nowMs;
    domain.treatment = treatment;
  }

  /** How a domain was treated from `sinceMs` until now; null when both ways, or too shortly before. */
  armSince(id: string, sinceMs: number, settleMs: number): Arm | null {
    const domain = this.#byId.get(id);
    return domain && sinceMs >= domain.armSinceMs + settleMs ? armOf(domain.treatment) : null;
  }

  #forget(present: ReadonlySet<string>): void {
    for (const id of this.#byId.keys()) if (!present.has(id)) this.#byId.delete(id);
    this.#ordered = [...this.#byId.values()].sort((one, other) => inOrder(one.id, other.id));
  }
}

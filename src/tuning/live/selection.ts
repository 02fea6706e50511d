import type { EngineRole } from '../../domain/instance.ts';
import type { RolloutStage, Treatment } from '../../domain/live-tuning.ts';
import type { FaultBook } from './faults.ts';
import type { GuardedDomain, GuardedFleet } from './fleet.ts';

/** The stages in which something is governed, in their order, and the part of each role's domains that is. */
export const GOVERNING = { canary: 0, tenth: 0.1, half: 0.5, all: 1 } as const;
export type GoverningStage = keyof typeof GOVERNING;
export const GOVERNING_STAGES = Object.keys(GOVERNING) as GoverningStage[];

export const governs = (stage: RolloutStage): stage is GoverningStage => stage in GOVERNING;
const NOBODY: ReadonlySet<string> = new Set();
const ENGINE_ROLES: readonly EngineRole[] = ['prefill', 'decode', 'aggregated'];

/** Domains of `n` that are governed: one at least, and one fewer than all until the last stage, to compare with. A single one alternates. */
function governedCount(stage: GoverningStage, n: number): number {
  if (stage === 'all' || n < 2) return n;
  return Math.min(n - 1, Math.max(1, Math.ceil(n * GOVERNING[stage])));
}

/** Which domains are governed: the first of each role by name, and those that were stay so. */
export class Selection {
  readonly #chosen = new Map<EngineRole, readonly string[]>();
  /** Of each role: domains that may be governed. */
  readonly #able = new Map<EngineRole, readonly GuardedDomain[]>();

  see(fleet: GuardedFleet, faults: FaultBook): void {
    for (const role of ENGINE_ROLES)
      this.#able.set(
        role,
        fleet.domains.filter((domain) => domain.role === role && !faults.mismatched(domain.id)),
      );
  }

  choose(stage: GoverningStage): void {
    for (const [role, able] of this.#able) {
      const ids = able.map(({ id }) => id);
      const kept = (this.#chosen.get(role) ?? []).filter((id) => ids.includes(id));
      const order = [...kept, ...ids.filter((id) => !kept.includes(id))];
      this.#chosen.set(role, order.slice(0, governedCount(stage, ids.length)));
    }
  }

  able(role: EngineRole): number {
    return this.#able.get(role)?.length ?? 0;
  }

  /** Nothing may be governed. */
  get none(): boolean {
    return ENGINE_ROLES.every((role) => this.able(role) === 0);
  }

  /** A role with a single domain has nothing beside it to compare with, so it takes turns. */
  get alternates(): boolean {
    return ENGINE_ROLES.some((role) => this.able(role) === 1);
  }

  /** Whether two stages govern the same. */
  same(one: GoverningStage, other: GoverningStage): boolean {
    return ENGINE_ROLES.every((role) => {
      const n = this.able(role);
      return governedCount(one, n) === governedCount(other, n) && (n !== 1 || (one === 'all') === (other === 'all'));
    });
  }

  /**
   * What becomes of every domain.
   * @param turn where domains alternate: whether it is the governed's turn
   */
  treatments(stage: RolloutStage, turn: boolean, fleet: GuardedFleet, faults: FaultBook): Map<string, Treatment> {
    const beside = governs(stage) ? this.#beside() : NOBODY;
    const stopped = stage === 'held' || stage === 'killed';
    const treat = ({ id, role }: GuardedDomain): Treatment => {
      if (stopped || beside.has(id) || faults.faulty(id)) return 'control';
      if (!governs(stage) || !this.#chosen.get(role)?.includes(id)) return 'shadow';
      return turn || stage === 'all' || this.able(role) > 1 ? 'governed' : 'control';
    };
    return new Map(fleet.domains.map((domain) => [domain.id, treat(domain)]));
  }

  /** One of each role that is not chosen: the last. */
  #beside(): ReadonlySet<string> {
    const last = (role: EngineRole): string | undefined =>
      this.#able.get(role)?.findLast(({ id }) => !this.#chosen.get(role)?.includes(id))?.id;
    return new Set(ENGINE_ROLES.flatMap((role) => last(role) ?? []));
  }
}

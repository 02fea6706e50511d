import { domainOf, ROLES, type Role } from '../domain/instance.ts';
import type { Treatment } from '../domain/live-tuning.ts';
import type { Health } from '../domain/snapshot.ts';
import type { LegOutcome } from '../ports/dispatcher.ts';
import type { Candidate } from '../routing/policy.ts';
import type { FleetTracker } from '../telemetry/fleet-tracker.ts';
import type { Load } from '../telemetry/load.ts';
import { checkedBounds, type ClockBounds } from './clock-bounds.ts';
import { ClockDomain, type ClockLimits, type ControlledInstance, type Member } from './clock-domain.ts';
import { HealthBook, type HealthTunables } from './health-book.ts';

export interface RosterOptions extends ClockLimits {
  readonly health?: HealthTunables;
  /** What governors may choose from until somebody retunes it, within the operator's bounds; all of them when left out. */
  readonly ladders?: Readonly<Partial<Record<Role, ClockBounds>>>;
}

const OPERATORS: ClockBounds = { minMhz: null, maxMhz: null };

type LoadOf<R extends Role> = Extract<Load, { phase: R }>;

/** Who belongs to a fleet, and who of them may get requests. */
export class Roster {
  readonly #options: RosterOptions;
  readonly #tracker: FleetTracker;
  readonly #domains = new Map<string, ClockDomain>();
  readonly #members = new Map<string, Member>();
  readonly #byRole: Readonly<Record<Role, Member[]>> = { prefill: [], decode: [] };
  /** Take what is under way to its end and nothing new. */
  readonly #retiring = new Set<string>();
  readonly #health: HealthBook;
  readonly #ladders: Readonly<Record<Role, ClockBounds>>;
  #bounds: Readonly<Record<Role, ClockBounds>>;
  /** Of clock domains that are still to come. */
  newcomers: Treatment = 'governed';

  constructor(options: RosterOptions, tracker: FleetTracker) {
    this.#options = options;
    this.#tracker = tracker;
    this.#health = new HealthBook(options.health);
    this.#ladders = { prefill: OPERATORS, decode: OPERATORS, ...options.ladders };
    this.#bounds = this.#ladders;
  }

  /** @throws RangeError for an id that is there already */
  add(instance: ControlledInstance): void {
    if (this.#members.has(instance.id)) throw new RangeError(`there is an instance ${instance.id} already`);
    this.#tracker.add(instance);
    const id = domainOf(instance);
    const domain = this.#domains.get(id) ?? new ClockDomain(instance, this.#options, this.newcomers);
    this.#domains.set(id, domain);
    const member = domain.add(instance, this.#tracker.stateOf(instance.id), this.#bounds[instance.role]);
    this.#members.set(instance.id, member);
    this.#byRole[instance.role].push(member);
  }

  /** Other clocks for the phases that are named; null is as it was at first. @throws VoltanaError BAD_VALUE, with nothing changed */
  narrow(bounds: Readonly<Partial<Record<Role, ClockBounds>>>): void {
    const next = { ...this.#bounds };
    for (const role of ROLES) if (bounds[role]) next[role] = checkedBounds(bounds[role], this.#ladders[role]);
    this.#bounds = next;
    for (const role of ROLES) for (const member of this.#byRole[role]) member.domain.narrow(member, this.#bounds[role]);
  }

  /** Another policy is in force. */
  forgetAnswers(): void {
    for (const domain of this.#domains.values()) domain.forgetAnswers();
  }

  /** Nothing new goes there; what is under way ends there. */
  retire(instanceId: string): void {
    this.member(instanceId);
    this.#retiring.add(instanceId);
  }

  /** Takes out an instance that has nothing under way any more. @returns whether it could */
  remove(instanceId: string): boolean {
    const { domain, instance } = this.member(instanceId);
    if (!this.#tracker.remove(instanceId)) return false;
    this.#members.delete(instanceId);
    this.#retiring.delete(instanceId);
    for (const members of [this.#byRole[instance.role], domain.members]) {
      const at = members.findIndex((member) => member.instance === instance);
      members.splice(at, 1);
    }
    if (domain.members.length > 0) return true;
    this.#domains.delete(domain.id);
    this.#health.forget(domain.id);
    return true;
  }

  get domainIds(): readonly string[] {
    return [...this.#domains.keys()];
  }

  /** @throws RangeError for a domain that is none */
  domain(domainId: string): ClockDomain {
    const domain = this.#domains.get(domainId);
    if (!domain) throw new RangeError(`unknown clock domain ${domainId}`);
    return domain;
  }

  /** @throws RangeError for an instance that is none */
  member(instanceId: string): Member {
    const member = this.#members.get(instanceId);
    if (!member) throw new RangeError(`unknown instance ${instanceId}`);
    return member;
  }

  /** Both phases of an aggregated engine are one engine's. */
  engineOf(instanceId: string): string {
    return this.member(instanceId).domain.id;
  }

  legEnded(instanceId: string, outcome: LegOutcome, nowMs: number): void {
    const engine = this.engineOf(instanceId);
    if (outcome === 'ok') this.#health.succeeded(engine);
    else this.#health.failed(engine, nowMs, outcome === 'stalled');
  }

  /** What an engine's own health endpoint says. */
  told(domainId: string, healthy: boolean, nowMs: number): void {
    this.#health.told(this.domain(domainId).id, healthy, nowMs);
  }

  health(instanceId: string, nowMs: number): Health {
    return this.#health.state(this.engineOf(instanceId), nowMs);
  }

  /** A request goes to these. */
  sent(instanceIds: readonly string[], nowMs: number): void {
    if (!this.#health.allUp) for (const id of instanceIds) this.#health.sent(this.engineOf(id), nowMs);
  }

  /** When an instance that is down may be asked again; Infinity when none is, or none may. */
  get nextProbeMs(): number {
    return this.#health.nextProbeMs(this.#domains.keys());
  }

  someUsable(role: Role, nowMs: number): boolean {
    return this.#byRole[role].some((member) => this.#usable(member, nowMs));
  }

  /**
   * Those that may be asked.
   * @param active whether one takes part at all
   * @param avoid engines that are asked only where there are no others
   */
  candidates<R extends Role>(
    role: R,
    nowMs: number,
    active: ((id: string) => boolean) | null,
    avoid: ReadonlySet<string>,
  ): Candidate<LoadOf<R>>[] {
    const candidates: Candidate<LoadOf<R>>[] = [];
    const wholeFleet = this.#retiring.size === 0 && this.#health.allUp;
    for (const member of this.#byRole[role]) {
      const { instance, domain, clocksMhz, state } = member;
      const { id, predictor, kvCapacityTokens = null } = instance;
      if (active !== null && !active(id)) continue;
      if (!wholeFleet && !this.#usable(member, nowMs)) continue;
      const load = state.known(nowMs) as LoadOf<R>;
      candidates.push({ id, load, predictor, clocksMhz, currentMhz: domain.control.askedMhz, kvCapacityTokens });
    }
    if (avoid.size === 0) return candidates;
    const others = candidates.filter(({ id }) => !avoid.has(this.engineOf(id)));
    return others.length > 0 ? others : candidates;
  }

  /**
   * Those that are awake.
   * @param parks the others have their weights loaded: where nobody awake can be asked, they serve
   */
  servers<R extends Role>(
    role: R,
    nowMs: number,
    active: ((id: string) => boolean) | null,
    parks: boolean,
    avoid: ReadonlySet<string>,
  ): Candidate<LoadOf<R>>[] {
    const awake = this.candidates(role, nowMs, active, avoid);
    return parks && awake.length === 0 ? this.candidates(role, nowMs, null, avoid) : awake;
  }

  #usable({ instance, domain }: Member, nowMs: number): boolean {
    if (this.#retiring.has(instance.id)) return false;
    return this.#health.allUp || this.#health.usable(domain.id, nowMs);
  }
}

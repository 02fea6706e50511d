import { domainOf, type Role } from '../domain/instance.ts';
import type { Health } from '../domain/snapshot.ts';
import type { LegOutcome } from '../ports/dispatcher.ts';
import type { PolicyRequest } from '../domain/request.ts';
import type { Slo } from '../domain/slo.ts';
import type { Governor } from '../governing/governor.ts';
import type { Learnt } from '../prediction/adaptive/adaptive-predictor.ts';
import type { Candidate, Placement, RoutingPolicy } from '../routing/policy.ts';
import { FleetTracker } from '../telemetry/fleet-tracker.ts';
import type { Load } from '../telemetry/load.ts';
import type { ClockCommand, ClockControl } from './clock-control.ts';
import { ClockDomain, type ClockLimits, type ControlledInstance, type Member } from './clock-domain.ts';
import { GatewayQueue } from './gateway-queue.ts';
import { HealthBook, type HealthTunables } from './health-book.ts';
import { Resizer, type ResizeOptions } from './resize/resizer.ts';
import type { ResizeOrder } from './resize/sizer.ts';

export type { ControlledInstance };

export interface FleetControlOptions extends ClockLimits {
  readonly instances: readonly ControlledInstance[];
  readonly slo: Slo;
  readonly governor: Governor;
  readonly routing: RoutingPolicy;
  readonly health?: HealthTunables;
  /** Lets instances go that nobody needs, and wakes them again; all stay when left out. */
  readonly resize?: ResizeOptions;
}

const SHORTEST_HOLD_MS = 1;
/** Nobody may be asked: look again when an instance may be probed, or after this. */
const NOBODY_MS = 250;
const NONE: ReadonlySet<string> = new Set();

/** A request that left the gateway's queue for its instances. */
export interface Dispatched {
  readonly request: PolicyRequest;
  readonly placement: Placement;
}

/**
 * All that decides, in one place and without a clock, a socket or a process of its own: telemetry in, routes and
 * clock commands out. The live gateway and the simulator drive the same object.
 */
export class FleetControl {
  readonly #options: FleetControlOptions;
  readonly #tracker = new FleetTracker();
  readonly #domains = new Map<string, ClockDomain>();
  readonly #members = new Map<string, Member>();
  readonly #queue = new GatewayQueue();
  readonly #health: HealthBook;
  readonly #resizer: Resizer | null;
  readonly #byRole: Readonly<Record<Role, Member[]>> = { prefill: [], decode: [] };
  /** Take what is under way to its end and nothing new. */
  readonly #retiring = new Set<string>();
  /** By request: engines on which its legs failed. */
  readonly #avoid = new Map<string, ReadonlySet<string>>();
  #wakeMs = Infinity;

  constructor(options: FleetControlOptions) {
    const { instances, slo, resize, health } = options;
    this.#options = options;
    this.#health = new HealthBook(health);
    for (const instance of instances) this.add(instance);
    this.#resizer = resize ? new Resizer(instances, slo, resize) : null;
  }

  get tracker(): FleetTracker {
    return this.#tracker;
  }

  /** How a leg on an instance went. Both phases of an aggregated engine are one engine's. */
  legEnded(instanceId: string, outcome: LegOutcome, nowMs: number): void {
    const engine = this.#engineOf(instanceId);
    if (outcome === 'ok') this.#health.succeeded(engine);
    else this.#health.failed(engine, nowMs, outcome === 'stalled');
  }

  /** What an engine's own health endpoint says. */
  engineHealth(domainId: string, healthy: boolean, nowMs: number): void {
    this.#health.told(this.#domain(domainId).id, healthy, nowMs);
  }

  health(instanceId: string, nowMs: number): Health {
    return this.#health.state(this.#engineOf(instanceId), nowMs);
  }

  /** @throws RangeError for an id that is there already */
  add(instance: ControlledInstance): void {
    if (this.#members.has(instance.id)) throw new RangeError(`there is an instance ${instance.id} already`);
    this.#tracker.add(instance);
    const id = domainOf(instance);
    const domain = this.#domains.get(id) ?? new ClockDomain(instance, this.#options);
    this.#domains.set(id, domain);
    const member = domain.add(instance, this.#tracker.stateOf(instance.id));
    this.#members.set(instance.id, member);
    this.#byRole[instance.role].push(member);
  }

  /** Nothing new goes there; what is under way ends there. */
  retire(instanceId: string): void {
    this.#member(instanceId);
    this.#retiring.add(instanceId);
  }

  /** Takes out an instance that has nothing under way any more. @returns whether it could */
  remove(instanceId: string): boolean {
    const { domain, instance } = this.#member(instanceId);
    if (!this.#tracker.remove(instanceId)) return false;
    this.#members.delete(instanceId);
    this.#retiring.delete(instanceId);
    const drop = (members: Member[]): void =>
      void members.splice(
        members.findIndex((one) => one.instance === instance),
        1,
      );
    drop(this.#byRole[instance.role]);
    drop(domain.members);
    if (domain.members.length > 0) return true;
    this.#domains.delete(domain.id);
    this.#health.forget(domain.id);
    return true;
  }

  /** Whether a request could go anywhere now. */
  reachable(nowMs: number): boolean {
    return this.#someUsable('prefill', nowMs) && this.#someUsable('decode', nowMs);
  }

  /**
   * A request reached the gateway. It goes with the next `dispatch`, or a later one.
   * @throws RangeError, counting nothing, for the id of a request that waits or is under way
   */
  arrive(request: PolicyRequest, nowMs: number): void {
    if (this.#queue.has(request.id) || this.#tracker.instancesOf(request.id).length > 0)
      throw new RangeError(`request ${request.id} is under way already`);
    this.#queue.push(request);
    this.#tracker.queued(request, nowMs);
  }

  /** Its legs failed: it waits again, ahead of what arrived later, for instances that are none of `culprits`. @returns whether it was under way */
  putBack(requestId: string, culprits: readonly string[], nowMs: number): boolean {
    const request = this.#tracker.requestOf(requestId);
    if (!request) return false;
    this.#tracker.ended(requestId, 'failed', nowMs);
    const engines = culprits.map((id) => this.#engineOf(id));
    this.#avoid.set(requestId, new Set([...(this.#avoid.get(requestId) ?? NONE), ...engines]));
    this.#queue.putBack(request);
    this.#tracker.requeued(request);
    return true;
  }

  /** Of whatever ended: nothing of it is kept. @returns whether it waited, was under way, or neither */
  ended(requestId: string, how: 'completed' | 'failed' | 'cancelled', nowMs: number): 'waited' | 'running' | null {
    if (this.withdraw(requestId)) return 'waited';
    return this.#tracker.ended(requestId, how, nowMs) ? 'running' : null;
  }

  /** The client left before its request went anywhere. @returns whether it waited here */
  withdraw(requestId: string): boolean {
    const request = this.#queue.remove(requestId);
    if (request) this.#tracker.unqueued(request);
    this.#avoid.delete(requestId);
    return request !== null;
  }

  /** How many requests wait for `dispatch`. */
  get queued(): number {
    return this.#queue.size;
  }

  /** When `dispatch` has to be called again, unless something ends before; Infinity while nothing waits. */
  get wakeMs(): number {
    return this.#queue.size === 0 ? Infinity : this.#wakeMs;
  }

  /** Sends what the routing policy lets go, in the order of arrival: nobody overtakes. */
  dispatch(nowMs: number): readonly Dispatched[] {
    const sent: Dispatched[] = [];
    for (let request = this.#queue.head; request !== null; request = this.#queue.head) {
      const placement = this.#place(request, nowMs);
      if (!placement) break;
      this.#queue.shift();
      this.#tracker.unqueued(request);
      this.#tracker.dispatched(request, placement.prefill, placement.decode, nowMs);
      if (!this.#health.allUp) for (const id of [placement.prefill, placement.decode]) this.#health.sent(this.#engineOf(id), nowMs);
      sent.push({ request, placement });
    }
    return sent;
  }

  #place(request: PolicyRequest, nowMs: number): Placement | null {
    const { routing, slo } = this.#options;
    const avoid = this.#avoid.get(request.id) ?? NONE;
    const [prefill, decode] = [this.#candidates('prefill', nowMs, avoid), this.#candidates('decode', nowMs, avoid)];
    if (prefill.length === 0 || decode.length === 0) {
      this.#wakeMs = Math.min(Math.max(this.#health.nextProbeMs(this.#domains.keys()), nowMs + SHORTEST_HOLD_MS), nowMs + NOBODY_MS);
      return null;
    }
    const decision = routing.choose({ nowMs, request, slo, arrivals: this.#tracker.arrivals(nowMs), prefill, decode });
    if (decision.kind === 'placement') return this.#onOneMachine(decision);
    // A policy that asks to be woken at once would spin.
    this.#wakeMs = Math.max(decision.untilMs, nowMs + SHORTEST_HOLD_MS);
    return null;
  }

  /** An aggregated engine keeps its own KV: wherever a request is to decode, it is prefilled, too. */
  #onOneMachine(placement: Placement): Placement {
    const { domain } = this.#member(placement.decode);
    if (domain.members.length === 1) return placement;
    return { ...placement, prefill: domain.members.find(({ instance }) => instance.role === 'prefill')!.instance.id };
  }

  /** How instances rest that nobody needs; null where the fleet keeps its size. */
  get resizing(): ResizeOptions | null {
    return this.#resizer?.options ?? null;
  }

  /** Which instances to let go or to wake now; each order is given once. Nothing where the fleet keeps its size. */
  resize(nowMs: number): readonly ResizeOrder[] {
    return this.#resizer?.orders(this.#tracker, nowMs) ?? [];
  }

  /** An instance that was ordered to wake serves. */
  awake(instanceId: string): void {
    this.#resizer?.awake(instanceId);
  }

  /** Asks the governor for one domain and returns the command that follows, if any. */
  evaluate(domainId: string, nowMs: number): ClockCommand | null {
    const domain = this.#domain(domainId);
    if (this.#resizer?.presence(domainId) === 'resting') return this.#resizer.options.rest === 'park' ? domain.park(nowMs) : null;
    return domain.evaluate(this.#options.governor, this.#options.slo, nowMs);
  }

  /** While there is a reason, the domain's highest clock holds, whatever its governor would say. */
  distrust(domainId: string, reason: string | null): void {
    this.#domain(domainId).distrust(reason);
  }

  /** A whole iteration of a decode instance is over: `tokens` requests got one. For whoever sees iterations, in place of their tokens. */
  stepped(instanceId: string, tokens: number, durationMs: number, nowMs: number): void {
    const member = this.#member(instanceId);
    member.domain.stepped(member, tokens, durationMs, nowMs);
  }

  /** What an instance's predictor has learnt; null where it does not learn. */
  learnt(instanceId: string): Learnt | null {
    return this.#member(instanceId).instance.learning?.learnt() ?? null;
  }

  /** Of a clock domain, whose id is its only instance's. */
  control(domainId: string): ClockControl {
    return this.#domain(domainId).control;
  }

  get domainIds(): readonly string[] {
    return [...this.#domains.keys()];
  }

  /** @throws RangeError for an instance that is none */
  instance(instanceId: string): ControlledInstance {
    return this.#member(instanceId).instance;
  }

  #usable({ instance, domain }: Member, nowMs: number): boolean {
    if (this.#retiring.has(instance.id)) return false;
    return this.#health.allUp || this.#health.usable(domain.id, nowMs);
  }

  #someUsable(role: Role, nowMs: number): boolean {
    return this.#byRole[role].some((member) => this.#usable(member, nowMs));
  }

  /** Those that may be asked; among them the avoided ones only where there are no others. */
  #candidates<R extends Role>(role: R, nowMs: number, avoid: ReadonlySet<string>): Candidate<Extract<Load, { phase: R }>>[] {
    const candidates: Candidate<Extract<Load, { phase: R }>>[] = [];
    const wholeFleet = this.#retiring.size === 0 && this.#health.allUp;
    for (const member of this.#byRole[role]) {
      const { instance, domain, clocksMhz, state } = member;
      if (this.#resizer && this.#resizer.presence(instance.id) !== 'active') continue;
      if (!wholeFleet && !this.#usable(member, nowMs)) continue;
      const load = state.known(nowMs) as Extract<Load, { phase: R }>;
      const kvCapacityTokens = instance.kvCapacityTokens ?? null;
      const { id, predictor } = instance;
      candidates.push({ id, load, predictor, clocksMhz, currentMhz: domain.control.askedMhz, kvCapacityTokens });
    }
    if (avoid.size === 0) return candidates;
    const others = candidates.filter(({ id }) => !avoid.has(this.#engineOf(id)));
    return others.length > 0 ? others : candidates;
  }

  #engineOf(instanceId: string): string {
    return this.#member(instanceId).domain.id;
  }

  #domain(domainId: string): ClockDomain {
    const domain = this.#domains.get(domainId);
    if (!domain) throw new RangeError(`unknown clock domain ${domainId}`);
    return domain;
  }

  #member(instanceId: string): Member {
    const member = this.#members.get(instanceId);
    if (!member) throw new RangeError(`unknown instance ${instanceId}`);
    return member;
  }
}

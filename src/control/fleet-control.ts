import type { ShapeExplanation } from '../domain/explanation.ts';
import type { Treatment } from '../domain/live-tuning.ts';
import type { PolicyRequest } from '../domain/request.ts';
import type { Health } from '../domain/snapshot.ts';
import type { LegOutcome } from '../ports/dispatcher.ts';
import type { Learnt } from '../prediction/adaptive/adaptive-predictor.ts';
import type { Placement, RoutingPolicy } from '../routing/policy.ts';
import { FleetTracker } from '../telemetry/fleet-tracker.ts';
import type { ClockCommand, ClockControl } from './clock-control.ts';
import type { ControlledInstance, ShadowDecision } from './clock-domain.ts';
import { shapeOf, type FleetControlOptions } from './fleet-options.ts';
import { GatewayQueue } from './gateway-queue.ts';
import type { DomainReading } from './power-watch.ts';
import type { FleetShape, ResizeOptions } from './resize/fleet-shape.ts';
import type { ResizeOrder } from './resize/sizer.ts';
import { turned, type Policies, type Retuning } from './retuning.ts';
import { Roster } from './roster.ts';

export type { ControlledInstance, FleetControlOptions, ShadowDecision };

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
  readonly #roster: Roster;
  readonly #queue = new GatewayQueue();
  readonly #shape: FleetShape | null;
  /** Whether an instance is awake; null where all are. */
  readonly #active: ((id: string) => boolean) | null;
  /** Whether an instance's phase is what its engine does now; null where all are. */
  readonly #plays: ((id: string) => boolean) | null;
  /** By request: engines on which its legs failed. */
  readonly #avoid = new Map<string, ReadonlySet<string>>();
  #wakeMs = Infinity;
  #policies: Policies;

  constructor(options: FleetControlOptions) {
    this.#options = options;
    this.#policies = options;
    this.#roster = new Roster(options, this.#tracker);
    for (const instance of options.instances) this.#roster.add(instance);
    const shape = shapeOf(options);
    this.#shape = shape;
    this.#active = shape && ((id) => shape.usable(id));
    this.#plays = shape && ((id) => shape.plays(id));
  }

  get tracker(): FleetTracker {
    return this.#tracker;
  }

  /** @throws RangeError for an id that is there already */
  add(instance: ControlledInstance): void {
    this.#roster.add(instance);
  }

  /** Nothing new goes there; what is under way ends there. */
  retire(instanceId: string): void {
    this.#roster.retire(instanceId);
  }

  /** Takes out an instance that has nothing under way any more. @returns whether it could */
  remove(instanceId: string): boolean {
    return this.#roster.remove(instanceId);
  }

  /** How a leg on an instance went. */
  legEnded(instanceId: string, outcome: LegOutcome, nowMs: number): void {
    this.#roster.legEnded(instanceId, outcome, nowMs);
  }

  /** What an engine's own health endpoint says. */
  engineHealth(domainId: string, healthy: boolean, nowMs: number): void {
    this.#roster.told(domainId, healthy, nowMs);
  }

  health(instanceId: string, nowMs: number): Health {
    return this.#roster.health(instanceId, nowMs);
  }

  /** Whether a request could go anywhere now. */
  reachable(nowMs: number): boolean {
    return this.#roster.someUsable('prefill', nowMs) && this.#roster.someUsable('decode', nowMs);
  }

  /**
   * A request reached the gateway. It goes with the next `dispatch`, or a later one.
   * @throws RangeError, counting nothing, for the id of a request that waits or is under way
   */
  arrive(request: PolicyRequest, nowMs: number): void {
    if (this.#queue.has(request.id) || this.#tracker.requestOf(request.id) !== null)
      throw new RangeError(`request ${request.id} is under way already`);
    this.#queue.push(request);
    this.#tracker.queued(request, nowMs);
  }

  /** Its legs failed: it waits again, ahead of what arrived later, for instances that are none of `culprits`. @returns whether it was under way */
  putBack(requestId: string, culprits: readonly string[], nowMs: number): boolean {
    const request = this.#tracker.requestOf(requestId);
    if (!request) return false;
    this.#tracker.ended(requestId, 'failed', nowMs);
    const engines = culprits.map((id) => this.#roster.engineOf(id));
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
      this.#roster.sent([placement.prefill, placement.decode], nowMs);
      sent.push({ request, placement });
    }
    return sent;
  }

  #place(request: PolicyRequest, nowMs: number): Placement | null {
    const { slo } = this.#options;
    const avoid = this.#avoid.get(request.id) ?? NONE;
    const parks = this.#shape?.options.rest === 'park';
    const prefill = this.#roster.servers('prefill', nowMs, this.#active, parks, avoid);
    const decode = this.#roster.servers('decode', nowMs, this.#active, parks, avoid);
    if (prefill.length === 0 || decode.length === 0) {
      this.#wakeMs = Math.min(Math.max(this.#roster.nextProbeMs, nowMs + SHORTEST_HOLD_MS), nowMs + NOBODY_MS);
      return null;
    }
    const decision = this.#policies.routing.choose({ nowMs, request, slo, arrivals: this.#tracker.arrivals(nowMs), prefill, decode });
    if (decision.kind === 'placement') return this.#onOneMachine(decision);
    // A policy that asks to be woken at once would spin.
    this.#wakeMs = Math.max(decision.untilMs, nowMs + SHORTEST_HOLD_MS);
    return null;
  }

  /** An aggregated engine keeps its own KV: wherever a request is to decode, it is prefilled, too. */
  #onOneMachine(placement: Placement): Placement {
    const { domain } = this.#roster.member(placement.decode);
    if (domain.members.length === 1 || this.#shape?.servesBoth(domain.id) === false) return placement;
    return { ...placement, prefill: domain.members.find(({ instance }) => instance.role === 'prefill')!.instance.id };
  }

  /** How instances rest that nobody needs; null where the fleet keeps its size. */
  get resizing(): ResizeOptions | null {
    return this.#shape?.options ?? null;
  }

  /** Which instances to let go or to wake now; each order is given once. Nothing where the fleet keeps its size. */
  resize(nowMs: number): readonly ResizeOrder[] {
    return this.#shape?.orders(this.#tracker, nowMs) ?? [];
  }

  /** An instance that was ordered to wake serves, or the engine of another role that was to be loaded on its GPUs. */
  awake(instanceId: string): void {
    this.#shape?.awake(instanceId);
  }

  /** What is planned for the size and the roles of the fleet, and why; null where nobody changes its role. */
  shape(nowMs: number): ShapeExplanation | null {
    return this.#shape?.told(nowMs) ?? null;
  }

  /** Asks the governor for one domain and returns the command that follows, if any. */
  evaluate(domainId: string, nowMs: number): ClockCommand | null {
    const domain = this.#roster.domain(domainId);
    if (this.#shape?.presence(domainId) === 'resting') {
      if (this.#shape.options.rest !== 'park') return null;
      if (domain.mayPark(nowMs)) return domain.park(nowMs);
    }
    return domain.evaluate(this.#policies.governor, this.#options.slo, nowMs, this.#plays);
  }

  /** What becomes of a domain's decisions from now on; whatever it is, distrust goes before it. */
  treat(domainId: string, treatment: Treatment): void {
    this.#roster.domain(domainId).treat(treatment);
  }

  /** The same for domains that are still to come; they are governed unless somebody says otherwise. */
  treatNewcomers(treatment: Treatment): void {
    this.#roster.newcomers = treatment;
  }

  treatment(domainId: string): Treatment {
    return this.#roster.domain(domainId).treatment;
  }

  /** What the governor wanted last of a domain in the shadow; null elsewhere, and before it was asked. */
  shadowDecision(domainId: string): ShadowDecision | null {
    return this.#roster.domain(domainId).shadow;
  }

  /**
   * Other policies, tunables or clocks from the next decision on; the queue, what is under way and what is known of the load stay. All or
   * nothing: with an error everything is as it was.
   * @throws VoltanaError BAD_VALUE for a tunable out of range, or a ladder without a clock
   */
  retune(retuning: Retuning): void {
    const policies = turned(this.#policies, retuning);
    this.#roster.narrow(retuning.clockBounds ?? {});
    this.#policies = policies;
    this.#roster.forgetAnswers();
  }

  /** Who chooses instances now. */
  get routing(): RoutingPolicy {
    return this.#policies.routing;
  }

  /** A reading of a domain's meter, whose times are the meter's own: its predictor learns from it, where it learns. */
  metered(domainId: string, reading: DomainReading, nowMs: number): void {
    const domain = this.#roster.domain(domainId);
    if (this.#shape?.presence(domainId) === 'resting') domain.unmetered();
    else domain.metered(reading, nowMs);
  }

  /** While there is a reason, the domain's highest clock holds, whatever its governor would say. */
  distrust(domainId: string, reason: string | null): void {
    this.#roster.domain(domainId).distrust(reason);
  }

  /** Why the domain's highest clock holds although its governor may say otherwise; null where it does not. */
  distrusted(domainId: string): string | null {
    return this.#roster.domain(domainId).distrusted;
  }

  /** A whole iteration of a decode instance is over: `tokens` requests got one. For whoever sees iterations, in place of their tokens. */
  stepped(instanceId: string, tokens: number, durationMs: number, nowMs: number): void {
    const member = this.#roster.member(instanceId);
    member.domain.stepped(member, tokens, durationMs, nowMs);
  }

  /** What an instance's predictor has learnt; null where it does not learn. */
  learnt(instanceId: string): Learnt | null {
    return this.instance(instanceId).learning?.learnt() ?? null;
  }

  /** Of a clock domain, whose id is its only instance's. */
  control(domainId: string): ClockControl {
    return this.#roster.domain(domainId).control;
  }

  get domainIds(): readonly string[] {
    return this.#roster.domainIds;
  }

  /** @throws RangeError for an instance that is none */
  instance(instanceId: string): ControlledInstance {
    return this.#roster.member(instanceId).instance;
  }
}

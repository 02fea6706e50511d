import type { ClockDecision } from '../domain/clock.ts';
import type { Instance, Role } from '../domain/instance.ts';
import type { PolicyRequest } from '../domain/request.ts';
import type { Slo } from '../domain/slo.ts';
import type { Governor } from '../governing/governor.ts';
import type { AdaptivePredictor, Learnt } from '../prediction/adaptive/adaptive-predictor.ts';
import type { Predictor } from '../prediction/predictor.ts';
import type { Candidate, Placement, RoutingPolicy } from '../routing/policy.ts';
import { FleetTracker } from '../telemetry/fleet-tracker.ts';
import { DecodeState, type PrefillState } from '../telemetry/instance-state.ts';
import type { Load } from '../telemetry/load.ts';
import { ClockControl, type ClockCommand } from './clock-control.ts';
import { GatewayQueue } from './gateway-queue.ts';
import { within } from './resolve.ts';
import { StepMean } from './step-mean.ts';
import { Resizer, type ResizeOptions } from './resize/resizer.ts';
import type { ResizeOrder } from './resize/sizer.ts';

export interface ControlledInstance extends Instance {
  /** Every clock its driver supports, ascending. */
  readonly supportedMhz: readonly number[];
  /** KV tokens that it holds at most, where that is known. */
  readonly kvCapacityTokens?: number;
  /** The clock that holds before the first command. */
  readonly startMhz: number;
  readonly predictor: Predictor;
  /** The same predictor where it learns from what the data path sees; left out where it does not. */
  readonly learning?: AdaptivePredictor;
}

export interface FleetControlOptions {
  readonly instances: readonly ControlledInstance[];
  readonly slo: Slo;
  readonly governor: Governor;
  readonly routing: RoutingPolicy;
  readonly minClockMhz?: number | undefined;
  readonly maxClockMhz?: number | undefined;
  readonly maxTransitionsPerS: number;
  readonly dwellMs: number;
  /** Lets instances go that nobody needs, and wakes them again; all stay when left out. */
  readonly resize?: ResizeOptions;
}

/** After a driver's answer a clock still moves for some tens of milliseconds. */
const SETTLE_MS = 150;
const SHORTEST_HOLD_MS = 1;

/** A request that left the gateway's queue for its instances. */
export interface Dispatched {
  readonly request: PolicyRequest;
  readonly placement: Placement;
}

interface ControlledDomain {
  readonly instance: ControlledInstance;
  readonly control: ClockControl;
  /** What the governor may choose from. */
  readonly clocksMhz: readonly number[];
  readonly steps: StepMean;
  readonly state: PrefillState | DecodeState;
  /** What a steady governor said when it was asked. */
  standing: ClockDecision | null;
}

/**
 * All that decides, in one place and without a clock, a socket or a process of its own: telemetry in, routes and
 * clock commands out. The live gateway and the simulator drive the same object.
 */
export class FleetControl {
  readonly #options: FleetControlOptions;
  readonly #tracker: FleetTracker;
  readonly #domains: ReadonlyMap<string, ControlledDomain>;
  readonly #queue = new GatewayQueue();
  readonly #resizer: Resizer | null;
  readonly #byRole: Readonly<Record<Role, readonly ControlledDomain[]>>;
  #wakeMs = Infinity;

  constructor(options: FleetControlOptions) {
    const { instances, slo, resize } = options;
    this.#options = options;
    this.#tracker = new FleetTracker(instances);
    this.#domains = new Map(instances.map((instance) => [instance.id, this.#domainOf(instance)]));
    const ofRole = (role: Role): ControlledDomain[] => [...this.#domains.values()].filter(({ instance }) => instance.role === role);
    this.#byRole = { prefill: ofRole('prefill'), decode: ofRole('decode') };
    this.#resizer = resize ? new Resizer(instances, slo, resize) : null;
  }

  get tracker(): FleetTracker {
    return this.#tracker;
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

  /** The client left before its request went anywhere. @returns whether it waited here */
  withdraw(requestId: string): boolean {
    const request = this.#queue.remove(requestId);
    if (request) this.#tracker.unqueued(request);
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
      sent.push({ request, placement });
    }
    return sent;
  }

  #place(request: PolicyRequest, nowMs: number): Placement | null {
    const decision = this.#options.routing.choose({
      nowMs,
      request,
      slo: this.#options.slo,
      arrivals: this.#tracker.arrivals(nowMs),
      prefill: this.#candidates('prefill', nowMs),
      decode: this.#candidates('decode', nowMs),
    });
    if (decision.kind === 'placement') return decision;
    // A policy that asks to be woken at once would spin.
    this.#wakeMs = Math.max(decision.untilMs, nowMs + SHORTEST_HOLD_MS);
    return null;
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
  awake(domainId: string): void {
    this.#resizer?.awake(domainId);
  }

  /** Asks the governor for one domain and returns the command that follows, if any. */
  evaluate(domainId: string, nowMs: number): ClockCommand | null {
    const domain = this.#domain(domainId);
    const { instance, control } = domain;
    if (instance.learning) this.#learn(instance.learning, domainId, nowMs);
    if (this.#resizer?.presence(domainId) === 'resting') {
      const parked = this.#resizer.options.rest === 'park';
      return parked ? control.propose({ clockMhz: domain.clocksMhz[0]!, reason: 'parked' }, nowMs) : null;
    }
    const command = control.propose(domain.standing ?? this.#decide(domain, nowMs), nowMs);
    if (command && instance.role === 'decode') this.#tracker.iterations(domainId).clock(null, nowMs);
    return command;
  }

  #decide(domain: ControlledDomain, nowMs: number): ClockDecision {
    const { instance, control, clocksMhz } = domain;
    const { governor, slo } = this.#options;
    const load = domain.state.known(nowMs);
    const decision = governor.decide({ nowMs, load, slo, currentMhz: control.askedMhz, clocksMhz, predictor: instance.predictor });
    if (governor.steady) domain.standing = decision;
    return decision;
  }

  /** A whole iteration of a decode instance is over: `tokens` requests got one. For whoever sees iterations, in place of their tokens. */
  stepped(domainId: string, tokens: number, durationMs: number, nowMs: number): void {
    const { instance, control, steps, state } = this.#domain(domainId);
    if (!(state instanceof DecodeState)) throw new RangeError(`${domainId} does not decode`);
    if (instance.learning) {
      const { batch, kvTokens } = state;
      const ranTokens = (kvTokens * tokens) / Math.max(1, batch);
      const observation = steps.add(tokens, ranTokens, durationMs, control.steadyMhz(nowMs, SETTLE_MS), nowMs);
      if (observation) instance.learning.observe(observation);
    }
    state.stepped(tokens);
  }

  /** What an instance's predictor has learnt; null where it does not learn. */
  learnt(domainId: string): Learnt | null {
    return this.#domain(domainId).instance.learning?.learnt() ?? null;
  }

  control(domainId: string): ClockControl {
    return this.#domain(domainId).control;
  }

  get domainIds(): readonly string[] {
    return [...this.#domains.keys()];
  }

  /** Hands the newest iterations to the predictor, those of a settled clock. */
  #learn(learning: AdaptivePredictor, domainId: string, nowMs: number): void {
    const iterations = this.#tracker.iterations(domainId);
    iterations.clock(this.#domain(domainId).control.steadyMhz(nowMs, SETTLE_MS), nowMs);
    for (const { batch, kvTokens, clockMhz, latencyMs, atMs } of iterations.take())
      learning.observe({ load: { batch, tokens: kvTokens }, clockMhz, latencyMs, atMs });
  }

  #domainOf(instance: ControlledInstance): ControlledDomain {
    const { minClockMhz = 0, maxClockMhz = Infinity, maxTransitionsPerS, dwellMs } = this.#options;
    const boundedMhz = within(instance.supportedMhz, minClockMhz, maxClockMhz);
    const [lowest, highest] = instance.predictor.clockRangeMhz;
    const knownMhz = boundedMhz.filter((clockMhz) => clockMhz >= lowest && clockMhz <= highest);
    return {
      instance,
      control: new ClockControl({ domain: instance.id, clocksMhz: boundedMhz, startMhz: instance.startMhz, maxTransitionsPerS, dwellMs }),
      clocksMhz: knownMhz.length > 0 ? knownMhz : boundedMhz,
      steps: new StepMean(),
      state: this.#tracker.stateOf(instance.id),
      standing: null,
    };
  }

  #candidates<R extends Role>(role: R, nowMs: number): Candidate<Extract<Load, { phase: R }>>[] {
    const candidates: Candidate<Extract<Load, { phase: R }>>[] = [];
    for (const { instance, control, clocksMhz, state } of this.#byRole[role]) {
      if (this.#resizer && this.#resizer.presence(instance.id) !== 'active') continue;
      const load = state.known(nowMs) as Extract<Load, { phase: R }>;
      const kvCapacityTokens = instance.kvCapacityTokens ?? null;
      candidates.push({ id: instance.id, load, predictor: instance.predictor, clocksMhz, currentMhz: control.askedMhz, kvCapacityTokens });
    }
    return candidates;
  }

  #domain(domainId: string): ControlledDomain {
    const domain = this.#domains.get(domainId);
    if (!domain) throw new RangeError(`unknown clock domain ${domainId}`);
    return domain;
  }
}

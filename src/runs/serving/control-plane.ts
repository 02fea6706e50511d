import type { ControlledInstance, FleetControl } from '../../control/fleet-control.ts';
import type { EnergyReading } from '../../domain/clock.ts';
import { domainOf, type LaunchedInstance } from '../../domain/instance.ts';
import type { PolicyRequest } from '../../domain/request.ts';
import type { Snapshot } from '../../domain/snapshot.ts';
import type { Dispatcher, LegOutcome, Route } from '../../ports/dispatcher.ts';
import { LiveLatency } from '../../telemetry/live-latency.ts';
import type { ControlPlaneOptions } from './control-plane-options.ts';
import { PlaneClocks } from './plane-clocks.ts';
import { nobodyTakes, snapshotOf } from './plane-snapshot.ts';
import { repeat } from './repeat.ts';

/** Besides at each arrival, every governor is asked this often. */
const EVALUATE_EVERY_MS = 50;
const OBSERVE_EVERY_MS = 500;
/** Three chances before a lease runs out. */
const RENEWALS_PER_TTL = 3;
const WARNINGS_KEPT = 20;

/** The live control plane: the pure fleet control, with leases, a driver and a meter around it. */
export class ControlPlane implements Dispatcher {
  readonly #options: ControlPlaneOptions;
  readonly #instances: Map<string, LaunchedInstance>;
  readonly #clocks: PlaneClocks;
  readonly #latency: LiveLatency;
  readonly #warnings: string[] = [];
  readonly #counts = { completed: 0, failed: 0, cancelled: 0, rerouted: 0 };
  /** KV tokens that engines have room for, by clock domain. */
  readonly #kvRoom = new Map<string, number>();
  /** Who waits in the gateway's queue, by request. */
  readonly #waiting = new Map<string, (route: Route | null) => void>();
  #cancelWake = (): void => undefined;
  /** When the policy is asked again at the latest; Infinity when nobody waits for that. */
  #wakesAtMs = Infinity;
  #stops: (() => Promise<void>)[] = [];

  constructor(options: ControlPlaneOptions) {
    const { instances, warnings = [], observer } = options;
    this.#options = options;
    this.#latency = new LiveLatency(instances, options.slo);
    this.#instances = new Map(instances.map((instance) => [instance.id, instance]));
    this.#warnings.push(...warnings);
    this.#clocks = new PlaneClocks({
      ...options,
      warn: (warning) => this.warn(warning),
      metered: (reading) => this.#metered(reading),
      decided: (durationMs) => observer?.decided('govern', durationMs),
    });
  }

  /** Takes every lease and starts to govern. Gives back what it had taken when one is refused. */
  async start(): Promise<void> {
    const { time, leaseTtlMs } = this.#options;
    try {
      await this.#clocks.acquire();
    } catch (error) {
      await this.stop();
      throw error;
    }
    this.#clocks.evaluateAll();
    this.#stops = [
      repeat(time, EVALUATE_EVERY_MS, () => this.#decide()),
      repeat(time, OBSERVE_EVERY_MS, () => this.observe()),
      repeat(time, leaseTtlMs / RENEWALS_PER_TTL, () => this.#clocks.renew()),
    ];
  }

  #decide(): void {
    this.#options.tuning?.look();
    this.#clocks.evaluateAll();
  }

  /** Stops governing and gives every clock back. Idempotent. */
  async stop(): Promise<void> {
    const stops = this.#stops;
    this.#stops = [];
    await Promise.all(stops.map((stop) => stop()));
    this.#cancelWake();
    for (const id of [...this.#waiting.keys()]) this.ended(id, 'cancelled');
    await this.#clocks.release();
  }

  /** An engine joins at run time. Its clock stays as it is when its lease is refused. */
  async add(instance: LaunchedInstance, controlled: ControlledInstance): Promise<void> {
    const { fleet } = this.#options;
    fleet.add(controlled);
    this.#instances.set(instance.id, instance);
    this.#latency.add(instance.id);
    const domain = domainOf(instance);
    await this.#clocks.join(domain);
    this.#clocks.evaluate(domain);
    this.#dispatch();
  }

  /** An engine leaves: nothing new goes there, and once what is under way has ended there its clock is given back. */
  async retire(instanceId: string): Promise<void> {
    const { fleet, time } = this.#options;
    const domain = domainOf(this.#instances.get(instanceId)!);
    fleet.retire(instanceId);
    while (!fleet.remove(instanceId)) await new Promise<void>((resolve) => time.at(time.nowMs() + EVALUATE_EVERY_MS, resolve));
    this.#instances.delete(instanceId);
    this.#latency.remove(instanceId);
    if (fleet.domainIds.includes(domain)) return;
    this.#kvRoom.delete(domain);
    await this.#clocks.leave(domain);
  }

  // Not declared async: what is placed at once must count at once.
  route(request: PolicyRequest): Promise<Route | null> {
    const { fleet, time } = this.#options;
    return new Promise((resolve) => {
      if (!fleet.reachable(time.nowMs())) throw nobodyTakes(this.#options, this.#instances.values());
      fleet.arrive(request, time.nowMs());
      this.#wait(request.id, resolve);
    });
  }

  reroute(requestId: string, culprits: readonly string[]): Promise<Route | null> {
    const { fleet, time } = this.#options;
    return new Promise((resolve) => {
      if (!fleet.reachable(time.nowMs())) throw nobodyTakes(this.#options, this.#instances.values());
      this.#latency.ended(requestId);
      if (!fleet.putBack(requestId, culprits, time.nowMs())) return resolve(null);
      this.#counts.rerouted++;
      this.#wait(requestId, resolve);
    });
  }

  legEnded(instanceId: string, outcome: LegOutcome): void {
    const { fleet, time } = this.#options;
    // It may have left meanwhile.
    if (!this.#instances.has(instanceId)) return;
    const before = fleet.health(instanceId, time.nowMs());
    fleet.legEnded(instanceId, outcome, time.nowMs());
    const after = fleet.health(instanceId, time.nowMs());
    if (after === 'down' && before !== 'down') this.warn(`${instanceId}: gets no more requests for now: its legs fail`);
  }

  /** As its own health endpoint says. */
  engineHealth(instanceId: string, healthy: boolean): void {
    const { fleet, time } = this.#options;
    if (!this.#instances.has(instanceId)) return;
    const before = fleet.health(instanceId, time.nowMs());
    fleet.engineHealth(domainOf(this.#instances.get(instanceId)!), healthy, time.nowMs());
    if (!healthy && before === 'up') this.warn(`${instanceId}: gets no more requests: it says that it is not healthy`);
  }

  /** As its own gauges say. */
  engineRoom(instanceId: string, kvTokens: number): void {
    const instance = this.#instances.get(instanceId);
    if (instance) this.#kvRoom.set(domainOf(instance), Math.round(kvTokens));
  }

  prefillDone(requestId: string): void {
    this.#options.fleet.tracker.prefillDone(requestId, this.#options.time.nowMs());
    this.#dispatch();
  }

  tokens(requestId: string, count: number): void {
    const nowMs = this.#options.time.nowMs();
    this.#options.fleet.tracker.tokens(requestId, count, nowMs);
    this.#latency.tokens(requestId, count, nowMs);
  }

  ended(requestId: string, how: 'completed' | 'failed' | 'cancelled'): void {
    this.#latency.ended(requestId);
    const { fleet, time } = this.#options;
    const was = fleet.ended(requestId, how, time.nowMs());
    if (was === 'waited') this.#answer(requestId, null);
    if (was !== null) this.#counts[how]++;
    this.#dispatch();
  }

  snapshot(): Snapshot {
    return snapshotOf(this.#options, {
      instances: this.#instances.values(),
      latency: this.#latency,
      clocks: this.#clocks,
      counts: this.#counts,
      kvRoom: this.#kvRoom,
      warnings: this.#warnings,
    });
  }

  /** The clocks and meters of its domains. */
  get clocks(): Pick<PlaneClocks, 'troubles' | 'silent' | 'energy'> {
    return this.#clocks;
  }

  get fleet(): FleetControl {
    return this.#options.fleet;
  }

  /** Of late, between the chunks of an instance's answers; null while nothing comes. */
  recentGapMs(instanceId: string): number | null {
    return this.#latency.recent(instanceId, this.#options.time.nowMs()).p50Ms;
  }

  /** Those that are there now, in the order in which they came. */
  get instances(): readonly LaunchedInstance[] {
    return [...this.#instances.values()];
  }

  /** Whether each domain's clock is ours to set; empty where nobody sets clocks. */
  leases(): ReadonlyMap<string, boolean> {
    return this.#clocks.leases();
  }

  /** Of any meter, the newest; null without one. */
  get lastReading(): EnergyReading | null {
    return [...this.#clocks.energy.values()].at(-1) ?? null;
  }

  warn(warning: string): void {
    if (this.#warnings.at(-1) === warning) return;
    this.#warnings.push(warning);
    this.#options.observer?.warned(warning);
    if (this.#warnings.length > WARNINGS_KEPT) this.#warnings.shift();
  }

  #wait(requestId: string, resolve: (route: Route | null) => void): void {
    this.#waiting.set(requestId, resolve);
    this.#dispatch();
  }

  /** Sends on what may go, and comes back when the policy wants to be asked again. */
  #dispatch(): void {
    const { fleet, time, observer } = this.#options;
    if (fleet.queued === 0) return;
    const nowMs = time.nowMs();
    const sent = fleet.dispatch(nowMs);
    observer?.decided('route', (time.nowMs() - nowMs) / Math.max(1, sent.length));
    for (const { request, placement } of sent) {
      const [prefill, decode] = [this.#instances.get(placement.prefill)!, this.#instances.get(placement.decode)!];
      this.#latency.dispatched(request, prefill.id, decode.id, nowMs);
      for (const domain of new Set([domainOf(prefill), domainOf(decode)])) this.#clocks.evaluate(domain);
      this.#answer(request.id, { prefill, decode, reason: placement.reason });
    }
    this.#wakeAt(fleet.wakeMs);
  }

  /** A timer that comes too early is left alone and looks again: nearly every arrival moves the time, and timers cost. */
  #wakeAt(atMs: number): void {
    if (this.#wakesAtMs <= atMs) return;
    const { fleet, time } = this.#options;
    this.#cancelWake();
    this.#wakesAtMs = atMs;
    this.#cancelWake = time.at(atMs, () => {
      this.#wakesAtMs = Infinity;
      if (time.nowMs() < fleet.wakeMs) this.#wakeAt(fleet.wakeMs);
      else this.#dispatch();
    });
  }

  #answer(requestId: string, route: Route | null): void {
    this.#waiting.get(requestId)?.(route);
    this.#waiting.delete(requestId);
  }

  /** Reads every clock and every meter, now and not only when it is time. */
  observe(): Promise<void> {
    return this.#clocks.observe();
  }

  #metered(reading: EnergyReading): void {
    const { domain, atMs, energyJ, powerW } = reading;
    const { fleet, time } = this.#options;
    fleet.metered(domain, reading, time.nowMs());
    const control = fleet.control(domain);
    const instance = [...this.#instances.values()].findLast((one) => domainOf(one) === domain);
    if (!instance) return;
    const appliedMhz = control.appliedMhz ?? control.askedMhz;
    const { id, role } = instance;
    const requests = fleet.tracker.requests(id);
    this.#options.observer?.metered(reading, { instance: id, role, atMs, energyJ, powerW, appliedMhz, requests });
  }
}

import type { FleetControl } from '../../control/fleet-control.ts';
import type { ClockTransition, EnergyReading } from '../../domain/clock.ts';
import type { LaunchedInstance } from '../../domain/instance.ts';
import type { PolicyRequest } from '../../domain/request.ts';
import type { Slo } from '../../domain/slo.ts';
import type { InstanceSnapshot, Snapshot } from '../../domain/snapshot.ts';
import type { ClockDriver } from '../../ports/clock-driver.ts';
import type { Dispatcher, Route } from '../../ports/dispatcher.ts';
import type { PowerMeter } from '../../ports/power-meter.ts';
import type { Time } from '../../ports/time.ts';
import { LiveLatency } from '../../telemetry/live-latency.ts';
import { ClockKeeper } from './clock-keeper.ts';
import { repeat } from './repeat.ts';

export interface ControlPlaneOptions {
  readonly fleet: FleetControl;
  readonly instances: readonly LaunchedInstance[];
  readonly driver: ClockDriver;
  readonly meter: PowerMeter;
  readonly time: Time;
  readonly governor: string;
  readonly routing: string;
  readonly slo: Slo;
  /** Who holds the leases: shown to whoever is refused. */
  readonly holder: string;
  readonly leaseTtlMs: number;
}

/** Besides at each arrival, every governor is asked this often. */
const EVALUATE_EVERY_MS = 50;
const OBSERVE_EVERY_MS = 500;
/** Three chances before a lease runs out. */
const RENEWALS_PER_TTL = 3;
const WARNINGS_KEPT = 20;

/** The live control plane: the pure fleet control, with leases, a driver and a meter around it. */
export class ControlPlane implements Dispatcher {
  readonly #options: ControlPlaneOptions;
  readonly #instances: ReadonlyMap<string, LaunchedInstance>;
  readonly #keepers: ReadonlyMap<string, ClockKeeper>;
  readonly #latency: LiveLatency;
  readonly #energy = new Map<string, EnergyReading>();
  readonly #warnings: string[] = [];
  readonly #counts = { completed: 0, failed: 0, cancelled: 0 };
  /** Who waits in the gateway's queue, by request. */
  readonly #waiting = new Map<string, (route: Route | null) => void>();
  #cancelWake = (): void => undefined;
  #stops: (() => Promise<void>)[] = [];

  constructor(options: ControlPlaneOptions) {
    const { fleet, instances, driver, time, holder, leaseTtlMs: ttlMs } = options;
    const warn = (warning: string): void => this.#warn(warning);
    this.#options = options;
    this.#latency = new LiveLatency(instances);
    this.#instances = new Map(instances.map((instance) => [instance.id, instance]));
    this.#keepers = new Map(
      fleet.domainIds.map((domain) => [
        domain,
        new ClockKeeper({ domain, holder, ttlMs, driver, control: fleet.control(domain), time, warn }),
      ]),
    );
  }

  /** Takes every lease and starts to govern. Gives back what it had taken when one is refused. */
  async start(): Promise<void> {
    const { time, leaseTtlMs } = this.#options;
    try {
      for (const keeper of this.#keepers.values()) await keeper.acquire();
    } catch (error) {
      await this.stop();
      throw error;
    }
    this.#evaluateAll();
    this.#stops = [
      repeat(time, EVALUATE_EVERY_MS, () => this.#evaluateAll()),
      repeat(time, OBSERVE_EVERY_MS, () => this.#observe()),
      repeat(time, leaseTtlMs / RENEWALS_PER_TTL, () => this.#eachKeeper((keeper) => keeper.renew())),
    ];
  }

  /** Stops governing and gives every clock back. Idempotent. */
  async stop(): Promise<void> {
    const stops = this.#stops;
    this.#stops = [];
    await Promise.all(stops.map((stop) => stop()));
    this.#cancelWake();
    for (const id of [...this.#waiting.keys()]) this.ended(id, 'cancelled');
    await this.#eachKeeper((keeper) => keeper.release());
  }

  // Not declared async: what is placed at once must count at once.
  route(request: PolicyRequest): Promise<Route | null> {
    const { fleet, time } = this.#options;
    return new Promise((resolve) => {
      fleet.arrive(request, time.nowMs());
      this.#waiting.set(request.id, resolve);
      this.#dispatch();
    });
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
    const waited = fleet.withdraw(requestId);
    if (waited) this.#answer(requestId, null);
    if (waited || fleet.tracker.ended(requestId, how, time.nowMs())) this.#counts[how]++;
    this.#dispatch();
  }

  snapshot(): Snapshot {
    const { fleet, time, governor, routing, slo, instances } = this.#options;
    const views = instances.map((instance) => this.#view(instance));
    return {
      kind: 'snapshot',
      atMs: time.nowMs(),
      governor,
      routing,
      slo,
      instances: views,
      requests: { inFlight: fleet.tracker.inFlight + fleet.queued, ...this.#counts },
      firstRequestAtMs: this.#latency.firstRequestAtMs,
      outputTokens: this.#latency.outputTokens,
      transitions: views.reduce((sum, { transitions }) => sum + transitions, 0),
      lastDecision: this.#lastDecision(),
      warnings: [...this.#warnings],
    };
  }

  #view({ id, role }: LaunchedInstance): InstanceSnapshot {
    const { fleet, time } = this.#options;
    const control = fleet.control(id);
    const load = fleet.tracker.load(id, time.nowMs());
    const energy = this.#energy.get(id);
    return {
      id,
      role,
      askedMhz: control.askedMhz,
      appliedMhz: control.appliedMhz,
      powerW: energy?.powerW ?? null,
      energyJ: energy?.energyJ ?? null,
      meteredAtMs: energy?.atMs ?? null,
      requests: load.phase === 'prefill' ? load.waiting.length : load.batch,
      tokens: load.phase === 'prefill' ? load.waiting.reduce((sum, { promptTokens }) => sum + promptTokens, 0) : load.kvTokens,
      latency: this.#latency.recent(id, time.nowMs()),
      correctionPct: fleet.learnt(id)?.correctionPct ?? null,
      lastReason: control.lastReason,
      transitions: control.transitions,
    };
  }

  /** Sends on what may go, and comes back when the policy wants to be asked again. */
  #dispatch(): void {
    const { fleet, time } = this.#options;
    this.#cancelWake();
    this.#cancelWake = (): void => undefined;
    if (fleet.queued === 0) return;
    const nowMs = time.nowMs();
    for (const { request, placement } of fleet.dispatch(nowMs)) {
      const { prefill, decode, reason } = placement;
      this.#latency.dispatched(request, prefill, decode, nowMs);
      this.#evaluate(prefill);
      this.#evaluate(decode);
      this.#answer(request.id, { prefill: this.#instances.get(prefill)!, decode: this.#instances.get(decode)!, reason });
    }
    if (Number.isFinite(fleet.wakeMs)) this.#cancelWake = time.at(fleet.wakeMs, () => this.#dispatch());
  }

  #answer(requestId: string, route: Route | null): void {
    this.#waiting.get(requestId)?.(route);
    this.#waiting.delete(requestId);
  }

  #lastDecision(): ClockTransition | null {
    const { fleet } = this.#options;
    const newest = fleet.domainIds.flatMap((domain) => fleet.control(domain).log.at(-1) ?? []);
    return newest.reduce<ClockTransition | null>((last, one) => (last === null || one.atMs >= last.atMs ? one : last), null);
  }

  #evaluateAll(): void {
    for (const domain of this.#options.fleet.domainIds) this.#evaluate(domain);
  }

  #evaluate(domain: string): void {
    const command = this.#options.fleet.evaluate(domain, this.#options.time.nowMs());
    if (command) void this.#keepers.get(domain)!.perform(command);
  }

  async #observe(): Promise<void> {
    await this.#eachKeeper((keeper) => keeper.observe());
    const readings = await Promise.allSettled(this.#options.instances.map(({ id }) => this.#options.meter.read(id)));
    for (const reading of readings) if (reading.status === 'fulfilled') this.#energy.set(reading.value.domain, reading.value);
  }

  async #eachKeeper(action: (keeper: ClockKeeper) => Promise<void>): Promise<void> {
    const results = await Promise.allSettled([...this.#keepers.values()].map(action));
    for (const result of results) if (result.status === 'rejected') this.#warn(String(result.reason));
  }

  #warn(warning: string): void {
    if (this.#warnings.at(-1) === warning) return;
    this.#warnings.push(warning);
    if (this.#warnings.length > WARNINGS_KEPT) this.#warnings.shift();
  }
}

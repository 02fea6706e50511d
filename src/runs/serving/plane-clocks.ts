import type { FleetControl } from '../../control/fleet-control.ts';
import type { EnergyReading } from '../../domain/clock.ts';
import type { ClockDriver } from '../../ports/clock-driver.ts';
import type { PowerMeter } from '../../ports/power-meter.ts';
import type { Time } from '../../ports/time.ts';
import { ClockKeeper, type ClockTrouble } from './clock-keeper.ts';

export interface PlaneClocksOptions {
  readonly fleet: FleetControl;
  /** Null: nobody sets clocks here. */
  readonly driver: ClockDriver | null;
  /** Null: nobody counts energy here. */
  readonly meter: PowerMeter | null;
  readonly time: Time;
  readonly holder: string;
  readonly leaseTtlMs: number;
  /** Of each GPU; left out, nobody touches it. */
  readonly powerLimitW?: number;
  readonly warn: (warning: string) => void;
  readonly metered: (reading: EnergyReading) => void;
  readonly decided: (durationMs: number) => void;
}

/** The clocks and meters of a fleet's domains: leases, locks, readings. */
export class PlaneClocks {
  readonly #options: PlaneClocksOptions;
  readonly #keepers = new Map<string, ClockKeeper>();
  readonly #energy = new Map<string, EnergyReading>();
  /** Domains whose meter did not answer last time. */
  readonly #silent = new Set<string>();

  constructor(options: PlaneClocksOptions) {
    this.#options = options;
    for (const domain of options.fleet.domainIds) this.#keep(domain);
  }

  /** The newest reading by clock domain. */
  get energy(): ReadonlyMap<string, EnergyReading> {
    return this.#energy;
  }

  /** Domains whose meter answered before and does not now: what was read then says nothing of what they draw. */
  get silent(): ReadonlySet<string> {
    return this.#silent;
  }

  /** Whether each domain's clock is ours to set; empty where nobody sets clocks. */
  leases(): ReadonlyMap<string, boolean> {
    return new Map([...this.#keepers].map(([domain, keeper]) => [domain, keeper.held]));
  }

  /** What keeps clocks from being set, by domain; domains without trouble are left out. */
  troubles(): ReadonlyMap<string, ClockTrouble> {
    const troubles = new Map<string, ClockTrouble>();
    for (const [domain, { trouble }] of this.#keepers) if (trouble) troubles.set(domain, trouble);
    return troubles;
  }

  /** @throws VoltanaError LEASE_HELD by another holder */
  async acquire(): Promise<void> {
    for (const keeper of this.#keepers.values()) await keeper.acquire();
  }

  renew(): Promise<void> {
    return this.#each((keeper) => keeper.renew());
  }

  release(): Promise<void> {
    return this.#each((keeper) => keeper.release());
  }

  /** A domain that has joined. @throws VoltanaError LEASE_HELD */
  async join(domain: string): Promise<void> {
    if (!this.#keepers.has(domain)) await this.#keep(domain)?.acquire();
  }

  /** A domain that has left. */
  async leave(domain: string): Promise<void> {
    const keeper = this.#keepers.get(domain);
    this.#keepers.delete(domain);
    this.#energy.delete(domain);
    this.#silent.delete(domain);
    await keeper?.release();
  }

  /** All of them, and who rests. What rests is parked, its weights loaded: whoever is to wake serves at once. */
  evaluateAll(): void {
    const { fleet, time } = this.#options;
    for (const order of fleet.resize(time.nowMs())) if (order.kind === 'wake') fleet.awake(order.instance);
    for (const domain of fleet.domainIds) this.evaluate(domain);
  }

  /** Asks who governs, and carries it out. */
  evaluate(domain: string): void {
    const keeper = this.#keepers.get(domain);
    if (!keeper) return;
    const { fleet, time, decided } = this.#options;
    const askedMs = time.nowMs();
    const command = fleet.evaluate(domain, askedMs);
    decided(time.nowMs() - askedMs);
    if (command) void keeper.perform(command);
  }

  /** Reads every clock and every meter, now and not only when it is time. */
  async observe(): Promise<void> {
    await this.#each((keeper) => keeper.observe());
    const { meter, fleet, metered } = this.#options;
    if (meter === null) return;
    await Promise.all(fleet.domainIds.map((domain) => this.#meter(domain, meter, metered)));
  }

  async #meter(domain: string, meter: PowerMeter, metered: PlaneClocksOptions['metered']): Promise<void> {
    const reading = await meter.read(domain).catch(() => null);
    // One that left meanwhile must not come back by its last reading.
    if (!this.#options.fleet.domainIds.includes(domain)) return;
    if (reading === null) return void this.#silent.add(domain);
    this.#energy.set(domain, reading);
    this.#silent.delete(domain);
    metered(reading);
  }

  #keep(domain: string): ClockKeeper | null {
    const { fleet, driver, time, holder, leaseTtlMs: ttlMs, warn, powerLimitW } = this.#options;
    if (driver === null) return null;
    const keeper = new ClockKeeper({ domain, holder, ttlMs, driver, control: fleet.control(domain), time, warn, powerLimitW });
    this.#keepers.set(domain, keeper);
    return keeper;
  }

  async #each(action: (keeper: ClockKeeper) => Promise<void>): Promise<void> {
    const results = await Promise.allSettled([...this.#keepers.values()].map(action));
    for (const result of results) if (result.status === 'rejected') this.#options.warn(String(result.reason));
  }
}

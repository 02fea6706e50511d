import type { ClockDomainId } from './instance.ts';
import type { Megahertz } from './units.ts';

/** What a clock domain runs at. With several GPUs `appliedMhz` is the minimum: the slowest sets the latency. */
export interface ClockReading {
  readonly domain: ClockDomainId;
  readonly appliedMhz: Megahertz;
  /** The lock in force, null when the driver's default governs. */
  readonly lockedMhz: Megahertz | null;
  /** True while a power or thermal limit holds the clock below the lock. */
  readonly throttled: boolean;
  /** Which of the two holds it there; left out where the driver does not tell. */
  readonly limitedBy?: 'power' | 'thermal';
  readonly atMs: number;
}

/** Cumulative energy and present power of a clock domain, summed over its GPUs. */
export interface EnergyReading {
  readonly domain: ClockDomainId;
  /** Since an arbitrary epoch; only differences mean anything. */
  readonly energyJ: number;
  readonly powerW: number;
  readonly atMs: number;
  readonly source: 'counter' | 'integrated';
  /** Gain uncertainty of the sensor, in percent. */
  readonly uncertaintyPct: number;
}

/** The right to set one domain's clocks, until it is not renewed for `ttlMs`. */
export interface ClockLease {
  readonly domain: ClockDomainId;
  /** Fencing token: grows with every lease, so that an old holder's late command is refused. */
  readonly token: number;
  readonly ttlMs: number;
}

/** What a governor answers. */
export interface ClockDecision {
  readonly clockMhz: number;
  readonly reason: string;
}

/** One change of a domain's lock, as the control loop performed it. */
export interface ClockTransition {
  readonly domain: ClockDomainId;
  readonly atMs: number;
  readonly fromMhz: number;
  readonly requestedMhz: number;
  /** Read back after the driver answered; null when the driver failed. */
  readonly appliedMhz: number | null;
  readonly reason: string;
}

import type { ClockDomainId } from '../domain/instance.ts';
import type { ClockLease, ClockReading } from '../domain/clock.ts';
import type { Megahertz, Watts } from '../domain/units.ts';

/**
 * Drives the clocks of clock domains and decides nothing. Every lock stands under a lease: when its holder stops
 * renewing it, the driver's side gives the clock back by itself.
 */
export interface ClockDriver {
  /** The clocks a lock accepts, ascending. */
  supportedMhz(domain: ClockDomainId): Promise<readonly Megahertz[]>;
  /** Takes the right to set this domain's clocks. Throws LEASE_HELD while another holder's lease lives. */
  acquire(domain: ClockDomainId, holder: string, ttlMs: number): Promise<ClockLease>;
  /** Extends the lease by its ttl. Throws LEASE_LOST when it has expired or was fenced off. */
  renew(lease: ClockLease): Promise<void>;
  /** Locks the domain's SM clock and reads it back. The reading may still show the old clock while it settles. */
  lock(lease: ClockLease, clockMhz: Megahertz): Promise<ClockReading>;
  read(domain: ClockDomainId): Promise<ClockReading>;
  /** Of each of the domain's GPUs, until the lease ends; left out where nobody can. Throws CLOCK_REFUSED where the operator does not allow it. */
  limitPower?(lease: ClockLease, powerW: Watts): Promise<void>;
  /** Restores the driver's default and ends the lease. Idempotent; an expired lease is not an error. */
  release(lease: ClockLease): Promise<void>;
}

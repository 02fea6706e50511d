import type { CustodyStatus, DomainReading, LeaseClaim, LeaseGrant, LeaseRequest, RestoreReport } from '../domain/custody.ts';
import type { DeviceReading } from '../domain/device.ts';
import type { Megahertz, Watts } from '../domain/units.ts';

/**
 * Owns the clocks of one machine's devices and lends them: in this process, or in an agent that is asked over a socket.
 * Whatever happens to a holder, its devices are given back when its lease is not renewed.
 *
 * Errors are VoltanaErrors: those of `Devices`, and LEASE_HELD, LEASE_LOST, CLOCK_REFUSED (the operator's bounds, or too
 * many slow-downs), DEVICE_SHARED (somebody else's work would be slowed), MANAGED_ELSEWHERE (another manager sets these
 * clocks), DRAINING, JOURNAL_FAILED (what cannot be written down is not locked).
 */
export interface ClockCustodian {
  status(): Promise<CustodyStatus>;
  /** Clocks that all these devices accept and the operator allows, ascending. */
  supportedMhz(devices: readonly string[]): Promise<readonly Megahertz[]>;
  acquire(request: LeaseRequest): Promise<LeaseGrant>;
  renew(claim: LeaseClaim): Promise<void>;
  /** Locks all devices of the domain, one after another, and reads them back; with an error all are as they were, or given back. */
  lock(claim: LeaseClaim, clockMhz: Megahertz): Promise<DomainReading>;
  /** Of each of its devices; brought back with the clocks. */
  limitPower(claim: LeaseClaim, powerW: Watts): Promise<void>;
  /** Gives the domain's devices back. Idempotent; a lease that is over is no error. */
  release(claim: LeaseClaim): Promise<void>;
  /** Anyone may read. */
  read(devices: readonly string[]): Promise<DomainReading>;
  /** Readings of these devices, `hz` times a second until the signal; devices are sampled only while somebody listens. Slow listeners miss some. */
  watch(devices: readonly string[], hz: number, signal: AbortSignal): AsyncIterable<readonly DeviceReading[]>;
  /** For operators: ends the leases of these devices, all where none are named, and gives the clocks back. Also what nobody here has locked. */
  restore(devices: readonly string[], identity: string): Promise<RestoreReport>;
  /** For operators: as `restore` of all, then takes no lease and lets go of the driver until `resume`. */
  drain(identity: string): Promise<RestoreReport>;
  resume(identity: string): Promise<void>;
}

import type { ClockCommand, ClockControl } from '../../control/clock-control.ts';
import type { ClockLease } from '../../domain/clock.ts';
import { VoltanaError } from '../../domain/errors.ts';
import { megahertz, watts } from '../../domain/units.ts';
import type { ClockDriver } from '../../ports/clock-driver.ts';
import type { Time } from '../../ports/time.ts';

export interface ClockKeeperOptions {
  readonly domain: string;
  readonly holder: string;
  readonly ttlMs: number;
  /** Of each GPU; undefined, nobody touches it. */
  readonly powerLimitW?: number | undefined;
  readonly driver: ClockDriver;
  readonly control: ClockControl;
  readonly time: Time;
  readonly warn: (warning: string) => void;
}

/** What keeps a clock from being set as it should be. */
export interface ClockTrouble {
  readonly kind: 'lease-lost' | 'driver-failed';
  readonly text: string;
}

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/**
 * Holds one clock domain's lease, carries out its commands and reads back what holds. Whatever ends, the clock is
 * given back: by `release`, or by the driver's side when the lease is no longer renewed.
 */
export class ClockKeeper {
  readonly #options: ClockKeeperOptions;
  #lease: ClockLease | null = null;
  /** Our own lock; null while the driver's default should hold. */
  #lockedMhz: number | null = null;
  /** Grows whenever our own doing changes what a reading shows. */
  #changes = 0;
  /** Of the lease, and of the driver, until it works again. */
  #leaseTrouble: string | null = null;
  #driverTrouble: string | null = null;

  constructor(options: ClockKeeperOptions) {
    this.#options = options;
  }

  get held(): boolean {
    return this.#lease !== null;
  }

  /** Null while clocks are set as they should be. */
  get trouble(): ClockTrouble | null {
    if (this.#leaseTrouble !== null) return { kind: 'lease-lost', text: this.#leaseTrouble };
    return this.#driverTrouble === null ? null : { kind: 'driver-failed', text: this.#driverTrouble };
  }

  /** @throws VoltanaError LEASE_HELD; CLOCK_REFUSED, NOT_SUPPORTED for a power limit that cannot be. What was taken is given back by `release` */
  async acquire(): Promise<void> {
    const { driver, domain, holder, ttlMs, powerLimitW } = this.#options;
    this.#lease = await driver.acquire(domain, holder, ttlMs);
    if (powerLimitW === undefined) return;
    if (driver.limitPower) return driver.limitPower(this.#lease, watts(powerLimitW));
    throw new VoltanaError('NOT_SUPPORTED', `nobody here can limit the power of ${domain}`, {
      hint: 'Leave control.powerLimitW out.',
    });
  }

  /** Renews the lease; one that was lost is taken anew, with the driver's default clock in force. */
  async renew(): Promise<void> {
    const { driver, domain, warn, control } = this.#options;
    try {
      if (this.#lease) await driver.renew(this.#lease);
      else await this.acquire();
      this.#leaseTrouble = null;
    } catch (error) {
      this.#leaseTrouble = `its lease is not renewed: ${textOf(error)}`;
      warn(`${domain}: lease not renewed: ${textOf(error)}`);
      if (!(error instanceof VoltanaError) || error.code !== 'LEASE_LOST') return;
      this.#lease = null;
      this.#nowLocked(null);
      control.restored();
    }
  }

  /** Carries out a command of this domain's control and tells it how it went. */
  async perform(command: ClockCommand): Promise<void> {
    const { driver, control, time, warn } = this.#options;
    try {
      if (!this.#lease) throw new VoltanaError('LEASE_LOST', `${command.domain}: no lease`);
      const reading = await driver.lock(this.#lease, megahertz(command.clockMhz));
      this.#nowLocked(command.clockMhz);
      control.applied(reading.appliedMhz, time.nowMs());
      this.#driverTrouble = null;
    } catch (error) {
      this.#driverTrouble = `${command.clockMhz} MHz not locked: ${textOf(error)}`;
      control.failed(time.nowMs());
      warn(`${command.domain}: ${command.clockMhz} MHz not locked: ${textOf(error)}`);
    }
  }

  /** Reads the clock that really holds; somebody else's lock is worth a warning. */
  async observe(): Promise<void> {
    const { driver, domain, control, warn } = this.#options;
    const changes = this.#changes;
    try {
      const reading = await driver.read(domain);
      // A reading that our own lock overtook, or is about to, tells nothing of anybody else.
      if (control.busy || changes !== this.#changes) return;
      control.observed(reading.appliedMhz);
      this.#driverTrouble = null;
      if (reading.lockedMhz !== this.#lockedMhz)
        warn(`${domain}: locked at ${reading.lockedMhz ?? 'default'} MHz, asked for ${this.#lockedMhz ?? 'default'} MHz`);
    } catch (error) {
      this.#driverTrouble = `its clock is not read: ${textOf(error)}`;
      warn(`${domain}: clock not read: ${textOf(error)}`);
    }
  }

  async release(): Promise<void> {
    const lease = this.#lease;
    this.#lease = null;
    if (lease) await this.#options.driver.release(lease);
  }

  #nowLocked(clockMhz: number | null): void {
    this.#lockedMhz = clockMhz;
    this.#changes++;
  }
}

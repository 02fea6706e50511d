import type { CustodyStatus, DomainReading, LeaseClaim, LeaseGrant, LeaseRequest, RestoreReport } from '../domain/custody.ts';
import type { DeviceReading } from '../domain/device.ts';
import { VoltanaError } from '../domain/errors.ts';
import type { Megahertz, Watts } from '../domain/units.ts';
import type { ClockCustodian } from '../ports/clock-custodian.ts';
import { Admission } from './admission.ts';
import { commonMhz, withinBounds } from './bounds.ts';
import { DeviceBook } from './device-book.ts';
import { DriverPool } from './driver-pool.ts';
import { GivingBack } from './giving-back.ts';
import { JournalKeeper } from './journal-keeper.ts';
import type { Slot } from './lease.ts';
import { Leases } from './leases.ts';
import { Locking } from './locking.ts';
import { ITSELF, Notes } from './notes.ts';
import type { CustodyOptions } from './options.ts';
import { Outsiders } from './outsiders.ts';
import { Reader } from './readings.ts';
import { Recovery } from './recovery.ts';
import { Restoring } from './restoring.ts';
import { Sampler } from './sampler.ts';
import { StatusView } from './status.ts';
import { Watchman } from './watchman.ts';

/** Energy that was asked for is integrated on for so long. */
const ENERGY_WANTED_MS = 10_000;

/** Owns the clocks of this machine's devices, whichever drivers they have, and lends them. */
export class ClockCustody implements ClockCustodian {
  readonly #options: CustodyOptions;
  readonly #pool: DriverPool;
  readonly #book: DeviceBook;
  readonly #notes: Notes;
  readonly #reader: Reader;
  readonly #leases: Leases;
  readonly #locking: Locking;
  readonly #admission: Admission;
  readonly #recovery: Recovery;
  readonly #restoring: Restoring;
  readonly #sampler: Sampler;
  readonly #watchman: Watchman;
  readonly #status: StatusView;
  #state: 'new' | 'open' | 'draining' | 'stopped' = 'new';

  constructor(options: CustodyOptions) {
    const { time, bounds, restoreTo, node, spreadMs, newKey } = options;
    const pool = new DriverPool(options.devices, time);
    const notes = new Notes(options.audit, options.wallMs);
    const book = new DeviceBook(pool, time, { slowdownsPerS: bounds.maxSlowdownsPerS, meterWindowMs: options.meterWindowMs });
    const journal = new JournalKeeper(options.journal, time);
    const givingBack = new GivingBack({ pool, journal, time, notes, restoreTo });
    const leases = new Leases({ time, pool, journal, givingBack, notes, node, spreadMs, newKey });
    const outsiders = new Outsiders({ pool, time, notes, options });
    const reader = new Reader(pool, time);
    const locking = new Locking({ time, pool, journal, leases, reader, notes, bounds });
    this.#options = options;
    this.#pool = pool;
    this.#book = book;
    this.#notes = notes;
    this.#reader = reader;
    this.#leases = leases;
    this.#locking = locking;
    this.#recovery = new Recovery({ journal, book, givingBack, notes, options });
    this.#restoring = new Restoring({ book, leases, givingBack, journal, outsiders, notes, time, options });
    const assertOpen = (): void => this.#assertOpen();
    this.#admission = new Admission({ time, book, pool, leases, journal, givingBack, outsiders, notes, options, assertOpen });
    this.#sampler = new Sampler({
      time,
      readEach: (slots, told) => reader.readEach(slots, told),
      metered: () => this.#metered(),
      mayRead: () => this.#mayRead(),
    });
    this.#watchman = new Watchman({ time, pool, book, leases, locking, outsiders, notes });
    this.#status = new StatusView({ book, leases, journal, outsiders, reader, notes, options });
  }

  /**
   * Gives back what an earlier custodian has left locked, then lends. What does not answer yet is tried on and not lent.
   * @throws VoltanaError JOURNAL_FAILED where the journal cannot be read at all
   */
  async start(): Promise<void> {
    await this.#recovery.start();
    this.#state = 'open';
  }

  /** Gives everything back, lets go of the drivers and leaves no timer. What could not be given back stays in the journal. */
  async stop(): Promise<RestoreReport> {
    if (this.#state === 'stopped') return { restored: [], failed: [] };
    this.#state = 'stopped';
    this.#watchman.stop();
    this.#sampler.stop();
    this.#recovery.stop();
    const report = await this.#restoring.last();
    this.#notes.audit({
      verb: 'stop',
      identity: ITSELF,
      devices: report.restored,
      detail: `${report.failed.length} could not be given back`,
    });
    await this.#pool.close();
    return report;
  }

  status(): Promise<CustodyStatus> {
    return this.#status.show(!this.#mayRead());
  }

  async supportedMhz(devices: readonly string[]): Promise<readonly Megahertz[]> {
    const slots = await this.#named(devices);
    return withinBounds(commonMhz(slots.map(({ info }) => info)), this.#options.bounds);
  }

  async acquire(request: LeaseRequest): Promise<LeaseGrant> {
    const grant = await this.#admission.acquire(request);
    this.#watchman.poke();
    this.#sampler.poke();
    return grant;
  }

  async renew(claim: LeaseClaim): Promise<void> {
    this.#leases.renew(this.#leases.claimed(claim));
  }

  async lock(claim: LeaseClaim, clockMhz: Megahertz): Promise<DomainReading> {
    const lease = this.#leases.claimed(claim);
    return lease.line.run(() => this.#noted(claim, this.#locking.lock(lease, claim, clockMhz)));
  }

  async limitPower(claim: LeaseClaim, powerW: Watts): Promise<void> {
    const lease = this.#leases.claimed(claim);
    return lease.line.run(() => this.#noted(claim, this.#locking.limitPower(lease, claim, powerW)));
  }

  /** @throws VoltanaError DEVICE_FAILED when a device could not be given back at once; it is tried on */
  async release(claim: LeaseClaim): Promise<void> {
    const lease = this.#leases.of(claim.domain);
    if (lease?.claimedBy(claim) !== true) return;
    const { domain, holder, identity, ids: devices } = lease;
    this.#notes.audit({ verb: 'release', identity, holder, domain, devices });
    const failed = (await this.#leases.end(lease, 'released by its holder')).filter(({ problem }) => problem !== null);
    if (failed.length === 0) return;
    const problems = failed.map(({ slot, problem }) => `${slot.id} (${problem})`).join(', ');
    throw new VoltanaError('DEVICE_FAILED', `${domain} is released, but could not be given back yet and is tried again: ${problems}`);
  }

  async read(devices: readonly string[]): Promise<DomainReading> {
    const slots = await this.#named(devices);
    const untilMs = this.#options.time.nowMs() + ENERGY_WANTED_MS;
    for (const slot of slots) slot.energyWantedUntilMs = untilMs;
    this.#sampler.poke();
    return this.#reader.readAll(slots);
  }

  async *watch(devices: readonly string[], hz: number, signal: AbortSignal): AsyncGenerator<readonly DeviceReading[]> {
    if (!Number.isFinite(hz) || hz <= 0) throw new VoltanaError('BAD_VALUE', `${hz} readings a second cannot be told`);
    yield* this.#sampler.watch(await this.#named(devices), hz, signal);
  }

  async restore(devices: readonly string[], identity: string): Promise<RestoreReport> {
    this.#assertAnswering();
    return this.#restoring.restore(devices, identity);
  }

  async drain(identity: string): Promise<RestoreReport> {
    this.#assertAnswering();
    const wasOpen = this.#state === 'open';
    this.#state = 'draining';
    this.#notes.audit({ verb: 'drain', identity });
    const report = wasOpen ? await this.#restoring.restore([], identity) : { restored: [], failed: [] };
    this.#pool.hurry(true);
    await this.#pool.close();
    return report;
  }

  async resume(identity: string): Promise<void> {
    this.#assertAnswering();
    this.#notes.audit({ verb: 'resume', identity });
    this.#state = 'open';
    this.#book.forget();
    this.#pool.hurry(false);
    this.#sampler.poke();
  }

  #mayRead(): boolean {
    return this.#state === 'open' || this.#state === 'new';
  }

  /** Everything but lending goes on while it drains. */
  #assertAnswering(): void {
    if (this.#state === 'stopped')
      throw new VoltanaError('DRAINING', `the agent of ${this.#options.node} is stopping`, { hint: 'Start it again.' });
  }

  #assertOpen(): void {
    this.#assertAnswering();
    if (this.#state !== 'open') throw new VoltanaError('DRAINING', `the agent of ${this.#options.node} takes no lease now`);
    this.#recovery.assertDone();
  }

  /** Names of devices that may be read: while it drains the driver is left alone. */
  async #named(devices: readonly string[]): Promise<readonly Slot[]> {
    this.#assertAnswering();
    if (!this.#mayRead()) throw new VoltanaError('DRAINING', `the agent of ${this.#options.node} is drained and leaves its drivers alone`);
    if (devices.length === 0) throw new VoltanaError('BAD_VALUE', 'no device is named');
    return this.#book.named(devices);
  }

  /** Those whose energy is integrated now. */
  #metered(): readonly Slot[] {
    const nowMs = this.#options.time.nowMs();
    return this.#book.present.filter(({ lease, energyWantedUntilMs }) => lease !== null || energyWantedUntilMs > nowMs);
  }

  /** A refusal is written down with the holder that was refused. */
  async #noted<T>({ domain }: LeaseClaim, work: Promise<T>): Promise<T> {
    return work.catch((reason: unknown) => {
      const lease = this.#leases.of(domain);
      const whose = lease === undefined ? {} : { holder: lease.holder };
      this.#notes.audit({ verb: 'refuse', identity: lease?.identity ?? 'unknown', domain, detail: (reason as Error).message, ...whose });
      throw reason;
    });
  }
}

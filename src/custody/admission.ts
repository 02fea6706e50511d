import type { HeldDevice, LeaseGrant, LeaseRequest } from '../domain/custody.ts';
import { VoltanaError } from '../domain/errors.ts';
import type { Time } from '../ports/time.ts';
import type { DeviceBook } from './device-book.ts';
import type { DriverPool } from './driver-pool.ts';
import type { GivingBack } from './giving-back.ts';
import type { JournalKeeper } from './journal-keeper.ts';
import { Lease, type Slot } from './lease.ts';
import type { Leases } from './leases.ts';
import { isNamed } from './names.ts';
import type { Notes } from './notes.ts';
import type { CustodyOptions } from './options.ts';
import type { Outsiders } from './outsiders.ts';
import { codeOf, messageOf } from './refusal.ts';

interface Parts {
  readonly time: Time;
  readonly book: DeviceBook;
  readonly pool: DriverPool;
  readonly leases: Leases;
  readonly journal: JournalKeeper;
  readonly givingBack: GivingBack;
  readonly outsiders: Outsiders;
  readonly notes: Notes;
  readonly options: CustodyOptions;
  /** @throws VoltanaError DRAINING */
  readonly assertOpen: () => void;
}

const MOST_NAME_LENGTH = 200;
const isName = (text: unknown): boolean => typeof text === 'string' && text.length > 0 && text.length <= MOST_NAME_LENGTH;

/** Lends devices: the only way to a lease. */
export class Admission {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** @throws VoltanaError as `ClockCustodian.acquire` does */
  async acquire(request: LeaseRequest): Promise<LeaseGrant> {
    try {
      return await this.#acquire(request);
    } catch (reason) {
      const { domain, holder, identity } = request;
      const detail = `${codeOf(reason)}: ${messageOf(reason)}`;
      this.#parts.notes.audit({ verb: 'refuse', domain: String(domain), holder: String(holder), identity: String(identity), detail });
      throw reason;
    }
  }

  async #acquire(request: LeaseRequest): Promise<LeaseGrant> {
    const { book, assertOpen, leases } = this.#parts;
    assertOpen();
    this.#assertSensible(request);
    const slots = await book.named(request.devices);
    assertOpen();
    this.#assertAllowed(slots);
    leases.sweep();
    await this.#broughtBack(slots, request);
    assertOpen();
    // While one was brought back, another may have been lent and ended.
    if (slots.some(({ returning }) => returning !== null)) return this.#acquire(request);
    const own = this.#ownLease(request);
    if (own !== undefined && !own.has(slots)) {
      await leases.end(own, `${request.holder} asked for other devices`);
      return this.#acquire(request);
    }
    if (own !== undefined) return own.line.run(() => this.#takeOver(own, request));
    this.#assertFree(slots, request);
    const lease = new Lease(request, slots);
    leases.enter(lease);
    return lease.line.run(() => this.#admit(lease, request));
  }

  #assertSensible({ domain, holder, devices, ttlMs, pids = [] }: LeaseRequest): void {
    const [leastMs, mostMs] = this.#parts.options.bounds.ttlMs;
    const problem = !isName(domain)
      ? 'a domain needs a name'
      : !isName(holder)
        ? 'a holder needs a name'
        : !Array.isArray(devices) || devices.length === 0 || !devices.every(isName)
          ? `${domain} names no devices`
          : !(ttlMs >= leastMs && ttlMs <= mostMs)
            ? `a lease of ${ttlMs} ms is not one of ${leastMs} to ${mostMs} ms, as this agent allows`
            : !pids.every((pid) => Number.isSafeInteger(pid) && pid > 0)
              ? `${domain} names processes that are none`
              : null;
    if (problem !== null) throw new VoltanaError('BAD_VALUE', problem);
  }

  #assertAllowed(slots: readonly Slot[]): void {
    const { allowed } = this.#parts.options;
    const outside = allowed === 'all' ? undefined : slots.find(({ info }) => !isNamed(info, allowed));
    if (outside !== undefined) throw new VoltanaError('CLOCK_REFUSED', `${outside.id} is not among the devices that this agent may set`);
  }

  /** What waits to be given back is given back now: nobody inherits another one's lock. @throws VoltanaError DEVICE_FAILED */
  async #broughtBack(slots: readonly Slot[], { domain }: LeaseRequest): Promise<void> {
    for (const slot of slots) {
      const problem = await this.#parts.givingBack.attempt(slot);
      if (problem !== null)
        throw new VoltanaError(
          'DEVICE_FAILED',
          `${slot.id} is not free for ${domain}: it is still being given back from an earlier lease: ${problem}`,
        );
    }
  }

  /** Its name is no secret: whoever takes over must be seen to be the same, too. */
  #ownLease({ domain, holder, identity }: LeaseRequest): Lease | undefined {
    const lease = this.#parts.leases.of(domain);
    return lease?.holder === holder && lease.identity === identity && lease.lives(this.#parts.time.nowMs()) ? lease : undefined;
  }

  #assertFree(slots: readonly Slot[], request: LeaseRequest): void {
    const nowMs = this.#parts.time.nowMs();
    const sameName = this.#parts.leases.of(request.domain);
    const held = [sameName, ...slots.map(({ lease }) => lease)].find((lease) => lease !== null && lease !== undefined);
    if (held) throw new VoltanaError('LEASE_HELD', this.#heldBy(held, nowMs));
    for (const slot of slots) {
      if (slot.ceded === null) continue;
      if (slot.ceded.untilMs > nowMs) throw new VoltanaError('MANAGED_ELSEWHERE', `${slot.id} was ceded: ${slot.ceded.reason}`);
      slot.ceded = null;
    }
  }

  #heldBy({ domain, holder, expiresMs, ids }: Lease, nowMs: number): string {
    const left = Number.isFinite(expiresMs)
      ? `for ${(Math.max(0, expiresMs - nowMs) / 1000).toFixed(1)} s more unless it is renewed`
      : 'from this moment on';
    return `${holder} holds the clocks of ${domain} (${ids.join(', ')}) ${left}`;
  }

  async #takeOver(lease: Lease, request: LeaseRequest): Promise<LeaseGrant> {
    // It may have ended while this waited in line: then it is an ordinary lease that is asked for.
    if (lease.over !== null) return this.#acquire(request);
    await this.#assertOurs(lease, request);
    lease.identity = request.identity;
    lease.pids = request.pids;
    lease.ttlMs = request.ttlMs;
    return this.#grant(lease);
  }

  /** Everything that may fail comes before the grant; if it does, the devices are as free as they were. */
  async #admit(lease: Lease, request: LeaseRequest): Promise<LeaseGrant> {
    const { journal, leases } = this.#parts;
    try {
      await this.#assertOurs(lease, request);
      const held = await Promise.all(lease.slots.map((slot) => this.#heldEntry(lease, slot)));
      this.#assertStillAsked(lease);
      await journal.hold(held);
      this.#assertStillAsked(lease);
      lease.slots.forEach((slot, i) => (slot.held = held[i]!));
      return this.#grant(lease);
    } catch (reason) {
      // Whoever has ended it meanwhile has struck it out of the journal, where another may stand by now.
      void leases.end(lease, `it was never granted: ${messageOf(reason)}`);
      throw reason;
    }
  }

  async #assertOurs(lease: Lease, { pids }: LeaseRequest): Promise<void> {
    const { outsiders } = this.#parts;
    await outsiders.assertUnmanaged(lease.slots);
    await outsiders.assertOwn(lease.slots, pids);
    this.#assertStillAsked(lease);
  }

  #assertStillAsked({ over, domain }: Lease): void {
    this.#parts.assertOpen();
    if (over !== null) throw new VoltanaError('LEASE_LOST', `the lease of the clocks of ${domain} ended before it began: ${over}`);
  }

  async #heldEntry({ domain, holder, identity }: Lease, { id, driver, info }: Slot): Promise<HeldDevice> {
    const { pool, options } = this.#parts;
    const before = await pool.call(driver, (one) => one.before(id));
    return { id, family: info.family, domain, holder, identity, before, since: new Date(options.wallMs()).toISOString() };
  }

  #grant(lease: Lease): LeaseGrant {
    const { leases, notes } = this.#parts;
    leases.grant(lease);
    const { domain, holder, identity, token, key, ttlMs, ids: devices } = lease;
    notes.audit({ verb: 'acquire', identity, holder, domain, devices });
    return { domain, token, key, ttlMs, devices };
  }
}

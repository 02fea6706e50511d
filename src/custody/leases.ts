import type { LeaseClaim } from '../domain/custody.ts';
import { VoltanaError } from '../domain/errors.ts';
import { watts } from '../domain/units.ts';
import type { Time } from '../ports/time.ts';
import { createRandom } from '../statistics/random.ts';
import type { DriverPool } from './driver-pool.ts';
import type { GivingBack } from './giving-back.ts';
import type { JournalKeeper } from './journal-keeper.ts';
import type { Lease, Slot } from './lease.ts';
import { ITSELF, type Notes } from './notes.ts';

/** How many leases that are over are remembered, to say why. */
const MOST_ENDED = 200;
/** A device that somebody else has taken is not fought for soon. */
const CEDED_MS = 60_000;
const TOKENS_PER_EPOCH = 1e6;

interface Parts {
  readonly time: Time;
  readonly pool: DriverPool;
  readonly journal: JournalKeeper;
  readonly givingBack: GivingBack;
  readonly notes: Notes;
  readonly node: string;
  readonly spreadMs: number;
  readonly newKey: () => string;
}

export interface Returned {
  readonly slot: Slot;
  /** Why it is not free yet; null when it is. */
  readonly problem: string | null;
}

/** The leases that live, and how they end. */
export class Leases {
  readonly #parts: Parts;
  readonly #byDomain = new Map<string, Lease>();
  readonly #ended = new Map<string, string>();
  #tokens = 0;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  get all(): readonly Lease[] {
    return [...this.#byDomain.values()];
  }

  of(domain: string): Lease | undefined {
    return this.#byDomain.get(domain);
  }

  enter(lease: Lease): void {
    this.#byDomain.set(lease.domain, lease);
    for (const slot of lease.slots) slot.lease = lease;
  }

  /** From here on this token is the lease's, and no earlier one. */
  grant(lease: Lease): void {
    const { time, journal, newKey } = this.#parts;
    this.#tokens += 1;
    lease.token = journal.epoch * TOKENS_PER_EPOCH + this.#tokens;
    lease.key = newKey();
    lease.expiresMs = time.nowMs() + lease.ttlMs;
    this.#watchExpiry(lease);
  }

  /** Ends what has run out, also where its timer is late. */
  sweep(): void {
    const nowMs = this.#parts.time.nowMs();
    for (const lease of this.all) if (!lease.lives(nowMs)) this.#expire(lease);
  }

  renew(lease: Lease): void {
    lease.expiresMs = this.#parts.time.nowMs() + lease.ttlMs;
  }

  /** @throws VoltanaError LEASE_LOST for anybody but the holder of a lease that lives */
  claimed(claim: LeaseClaim): Lease {
    const lease = this.#byDomain.get(claim.domain);
    if (lease !== undefined && !lease.lives(this.#parts.time.nowMs())) this.#expire(lease);
    else if (lease?.claimedBy(claim) === true) return lease;
    const detail = this.#whyNot(claim, lease);
    this.#parts.notes.audit({ verb: 'refuse', identity: lease?.identity ?? 'unknown', domain: claim.domain, detail });
    throw new VoltanaError('LEASE_LOST', detail);
  }

  /** After a wait: it may have ended, or gone over to a newer token. @throws VoltanaError LEASE_LOST */
  assertStill(lease: Lease, claim: LeaseClaim): void {
    const lives = lease.lives(this.#parts.time.nowMs());
    if (lives && lease.token === claim.token) return;
    if (!lives) this.#expire(lease);
    throw new VoltanaError('LEASE_LOST', this.#whyNot(claim, lease));
  }

  /** It is over at once; what it has touched is given back next, or within so much time. */
  end(lease: Lease, reason: string, withinMs = 0): Promise<readonly Returned[]> {
    if (lease.over !== null) return Promise.resolve([]);
    this.#close(lease, reason);
    const { time } = this.#parts;
    const offsetMs = withinMs === 0 ? 0 : this.#offset(lease.domain) * withinMs;
    return Promise.all(lease.slots.map((slot) => this.#giveBack(slot, lease, time.nowMs() + offsetMs, offsetMs === 0)));
  }

  /**
   * Gives up devices that somebody else sets, without restoring their clocks: there is one lock per device, so ours is gone,
   * and unlocking would undo theirs. The power limit is put back, as that is ours. The other devices are given back.
   */
  async cede(lease: Lease, slots: readonly Slot[], reason: string): Promise<void> {
    // In line, as a lock that is on its way must not arrive after the device was given up.
    const { returned } = await lease.line.run(() => this.#cede(lease, slots, reason), { urgent: true });
    await returned;
  }

  /** No timer is left. */
  stop(): void {
    for (const lease of this.all) lease.cancelExpiry();
  }

  /** What is given back waits for this very line, so it is handed out and not awaited. */
  async #cede(lease: Lease, slots: readonly Slot[], reason: string): Promise<{ readonly returned: Promise<unknown> }> {
    const { notes, time, journal } = this.#parts;
    if (lease.over !== null) return { returned: Promise.resolve() };
    const devices = slots.map(({ id }) => id);
    notes.warn(`${devices.join(', ')} ceded: ${reason}`);
    notes.audit({ verb: 'cede', identity: ITSELF, domain: lease.domain, holder: lease.holder, devices, detail: reason });
    await Promise.all(slots.map((slot) => this.#putPowerBack(slot)));
    if (lease.over !== null) return { returned: Promise.resolve() };
    for (const slot of slots) {
      slot.ceded = { untilMs: time.nowMs() + CEDED_MS, reason };
      slot.clear();
      journal.forget(slot.id);
    }
    return { returned: this.end(lease, `ceded: ${reason}`) };
  }

  #close(lease: Lease, reason: string): void {
    lease.over = reason;
    lease.cancelExpiry();
    if (this.#byDomain.get(lease.domain) === lease) this.#byDomain.delete(lease.domain);
    this.#ended.delete(lease.domain);
    this.#ended.set(lease.domain, reason);
    if (this.#ended.size > MOST_ENDED) this.#ended.delete(this.#ended.keys().next().value!);
  }

  async #giveBack(slot: Slot, lease: Lease, atMs: number, now: boolean): Promise<Returned> {
    const { givingBack, journal } = this.#parts;
    slot.lease = null;
    if (!slot.touched) {
      slot.clear();
      journal.forget(slot.id);
      return { slot, problem: null };
    }
    givingBack.begin(slot, { line: lease.line });
    if (now) return { slot, problem: await givingBack.attempt(slot) };
    givingBack.attemptAt(slot, atMs);
    return { slot, problem: null };
  }

  async #putPowerBack({ id, driver, powerLimitW, powerBeforeW }: Slot): Promise<void> {
    const { pool, notes } = this.#parts;
    if (powerLimitW === null || powerBeforeW === null) return;
    await pool
      .call(driver, (one) => one.limitPower(id, watts(powerBeforeW)))
      .catch(() => notes.warn(`${id} was ceded, and its power limit of ${powerLimitW} W could not be put back to ${powerBeforeW} W`));
  }

  /** Renewals only move the moment: the timer looks when it is due, and waits on. */
  #watchExpiry(lease: Lease): void {
    lease.cancelExpiry();
    lease.cancelExpiry = this.#parts.time.at(lease.expiresMs, () => {
      if (lease.over !== null) return;
      if (lease.lives(this.#parts.time.nowMs())) this.#watchExpiry(lease);
      else this.#expire(lease);
    });
  }

  #expire(lease: Lease): void {
    if (lease.over !== null) return;
    const { notes, spreadMs } = this.#parts;
    const { domain, holder, identity, ids: devices } = lease;
    notes.audit({ verb: 'expire', identity, holder, domain, devices, detail: `not renewed for ${lease.ttlMs} ms` });
    notes.warn(`the lease of ${domain} was not renewed by ${holder} for ${lease.ttlMs} ms: its clocks were given back`);
    void this.end(lease, `not renewed for ${lease.ttlMs} ms`, spreadMs);
  }

  /** In [0, 1), the same for a domain of a node whenever it is asked. */
  #offset(domain: string): number {
    return createRandom(0).fork(`${this.#parts.node}/${domain}`).next();
  }

  #whyNot({ domain, token }: LeaseClaim, lease: Lease | undefined): string {
    const name = JSON.stringify(String(domain).slice(0, 80));
    if (lease?.over === null) return `the claim to the clocks of ${name} is not, or no more, that of its holder (token ${token})`;
    const reason = this.#ended.get(domain);
    return reason === undefined ? `there is no lease of the clocks of ${name}` : `the lease of the clocks of ${name} is over: ${reason}`;
  }
}

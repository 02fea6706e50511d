import type { LeaseClaim, LeaseRequest } from '../domain/custody.ts';
import type { Megahertz } from '../domain/units.ts';
import { commonMhz } from './bounds.ts';
import { Line } from './line.ts';
import { sameKey } from './refusal.ts';
import type { Slot } from './slot.ts';

/** One domain's devices in one holder's hands; the same holder may take over from itself under a new token. */
export class Lease {
  readonly domain: string;
  readonly holder: string;
  readonly slots: readonly Slot[];
  readonly line = new Line();
  /** What all its devices accept, ascending. */
  readonly clocksMhz: readonly Megahertz[];
  identity: string;
  pids: readonly number[] | undefined;
  ttlMs: number;
  /** 0 until it is granted: no token is. */
  token = 0;
  key = '';
  expiresMs = Infinity;
  lockedMhz: Megahertz | null = null;
  /** Why it is over; null while it lives. */
  over: string | null = null;
  cancelExpiry = (): void => undefined;

  constructor({ domain, holder, identity, pids, ttlMs }: LeaseRequest, slots: readonly Slot[]) {
    this.domain = domain;
    this.holder = holder;
    this.slots = slots;
    this.identity = identity;
    this.pids = pids;
    this.ttlMs = ttlMs;
    this.clocksMhz = commonMhz(slots.map(({ info }) => info));
  }

  get ids(): readonly string[] {
    return this.slots.map(({ id }) => id);
  }

  lives(nowMs: number): boolean {
    return this.over === null && nowMs < this.expiresMs;
  }

  claimedBy({ token, key }: LeaseClaim): boolean {
    return this.token !== 0 && sameKey(key, this.key) && token === this.token;
  }

  has(slots: readonly Slot[]): boolean {
    return slots.length === this.slots.length && slots.every((slot) => this.slots.includes(slot));
  }
}

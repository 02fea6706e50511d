import { ROLES, type EngineRole, type Role } from '../../domain/instance.ts';
import type { FleetSize, ResizeTunables } from './plan.ts';

/**
 * What an instance is to routing. `active` takes requests; `draining` ends what it has; `resting` has drained, and is
 * parked (loaded, lowest clock) or released (its process is gone, the GPU is somebody else's); `waking` will be active.
 */
export type Presence = 'active' | 'draining' | 'resting' | 'waking';

export interface Member {
  readonly id: string;
  readonly role: Role;
  /** Requests that it has. */
  readonly requests: number;
}

/**
 * An order to whoever runs the instances. A wake-up of a parked instance takes no time, of a released one a cold start. `load` is for the
 * GPUs of an empty instance: an engine of that role takes the place of whatever is there, or was.
 */
export type ResizeOrder =
  | { readonly kind: 'rest' | 'wake'; readonly instance: string }
  | { readonly kind: 'load'; readonly instance: string; readonly role: EngineRole };

/**
 * Keeps as many instances active as are wanted: more at once, fewer only after a calm time, the emptiest first. Whoever
 * drains comes back for free. Pure but for its own memory; time is the caller's.
 */
export class FleetSizer {
  readonly #tunables: ResizeTunables;
  readonly #presence = new Map<string, Presence>();
  /** Since when fewer have been wanted than serve. */
  readonly #calmSinceMs: Record<Role, number | null> = { prefill: null, decode: null };

  constructor(members: readonly Pick<Member, 'id'>[], tunables: ResizeTunables) {
    this.#tunables = tunables;
    for (const { id } of members) this.#presence.set(id, 'active');
  }

  presence(id: string): Presence {
    return this.#presence.get(id) ?? 'active';
  }

  /** A woken instance serves. */
  awake(id: string): void {
    if (this.presence(id) === 'waking') this.#presence.set(id, 'active');
  }

  /** @returns orders, each given once */
  adjust(wanted: FleetSize, members: readonly Member[], nowMs: number): ResizeOrder[] {
    const orders: ResizeOrder[] = [];
    for (const role of ROLES) {
      const own = members.filter((member) => member.role === role);
      const serving = own.filter(({ id }) => ['active', 'waking'].includes(this.presence(id))).length;
      if (wanted[role] > serving) this.#grow(own, wanted[role] - serving, orders);
      this.#shrink(role, own, serving - wanted[role], nowMs);
    }
    for (const { id, requests } of members) if (this.presence(id) === 'draining' && requests === 0) orders.push(this.#rest(id));
    return orders;
  }

  #grow(own: readonly Member[], missing: number, orders: ResizeOrder[]): void {
    const draining = own.filter(({ id }) => this.presence(id) === 'draining').slice(0, missing);
    for (const { id } of draining) this.#presence.set(id, 'active');
    const resting = own.filter(({ id }) => this.presence(id) === 'resting').slice(0, missing - draining.length);
    for (const { id } of resting) {
      this.#presence.set(id, 'waking');
      orders.push({ kind: 'wake', instance: id });
    }
  }

  /** One at a time: the demand that its requests make elsewhere shows before the next goes. */
  #shrink(role: Role, own: readonly Member[], surplus: number, nowMs: number): void {
    if (surplus <= 0) {
      this.#calmSinceMs[role] = null;
      return;
    }
    this.#calmSinceMs[role] ??= nowMs;
    if (nowMs - this.#calmSinceMs[role] < this.#tunables.calmMs) return;
    const active = own.filter(({ id }) => this.presence(id) === 'active');
    const emptiest = active.reduce<Member | null>((least, one) => (least === null || one.requests < least.requests ? one : least), null);
    if (emptiest && active.length > 1) this.#presence.set(emptiest.id, 'draining');
    this.#calmSinceMs[role] = nowMs;
  }

  #rest(id: string): ResizeOrder {
    this.#presence.set(id, 'resting');
    return { kind: 'rest', instance: id };
  }
}

import type { ClockDomainId, EngineRole, Role } from '../../domain/instance.ts';
import type { Layout } from './layout.ts';
import type { Presence, ResizeOrder } from './sizer.ts';

export interface SetLoad {
  readonly id: ClockDomainId;
  /** Requests that it has, of both phases. */
  readonly requests: number;
}

export interface LayoutWishes {
  readonly target: Layout;
  /** Pairs that the present demand needs at least: what a set may not be taken from before others serve. */
  readonly floor: Readonly<Record<Role, number>>;
  /** Whether sets that nobody needs rest; otherwise they stay where they are. */
  readonly rests: boolean;
  /** A set keeps its role at least so long. */
  readonly dwellMs: number;
}

interface GpuSet {
  readonly id: ClockDomainId;
  role: EngineRole;
  presence: Presence;
  /** Drains for this role; null where it drains to rest. */
  next: EngineRole | null;
  changedMs: number;
}

const ALL: readonly EngineRole[] = ['prefill', 'decode', 'aggregated'];

/**
 * Moves sets of GPUs towards a layout: who drains comes back, who rests wakes, and only then does a set change its role.
 * What the old layout needs stays until the new one serves. Pure but for its own memory; time is the caller's.
 */
export class LayoutSizer {
  readonly #sets: ReadonlyMap<ClockDomainId, GpuSet>;

  constructor(roles: ReadonlyMap<ClockDomainId, EngineRole>) {
    this.#sets = new Map([...roles].map(([id, role]) => [id, { id, role, presence: 'active', next: null, changedMs: -Infinity }]));
  }

  presence(id: ClockDomainId): Presence {
    return this.#set(id).presence;
  }

  /** The role that a set has, or is being loaded for. */
  role(id: ClockDomainId): EngineRole {
    return this.#set(id).role;
  }

  awake(id: ClockDomainId): void {
    const set = this.#set(id);
    if (set.presence === 'waking') set.presence = 'active';
  }

  /** How many sets of a role take requests. */
  active(role: EngineRole): number {
    return this.#count(role, ['active']);
  }

  /** How many sets have a role or are being loaded for it, those that rest included. */
  counts(): Layout {
    const counts = { prefill: 0, decode: 0, aggregated: 0 };
    for (const { role } of this.#sets.values()) counts[role]++;
    return counts;
  }

  /** A pair of each phase takes requests. */
  get paired(): boolean {
    return this.active('prefill') > 0 && this.active('decode') > 0;
  }

  /** @returns orders, each given once */
  adjust(wishes: LayoutWishes, loads: readonly SetLoad[], nowMs: number): ResizeOrder[] {
    const orders: ResizeOrder[] = [];
    const requests = new Map(loads.map((load) => [load.id, load.requests]));
    for (const role of ALL) this.#grow(role, wishes, requests, nowMs, orders);
    if (wishes.rests) for (const role of ALL) this.#shrink(role, wishes, requests);
    for (const set of this.#sets.values())
      if (set.presence === 'draining' && requests.get(set.id) === 0) orders.push(this.#drained(set, nowMs));
    return orders;
  }

  #grow(role: EngineRole, wishes: LayoutWishes, requests: ReadonlyMap<string, number>, nowMs: number, orders: ResizeOrder[]): void {
    let missing = wishes.target[role] - this.#count(role, ['active', 'waking']);
    // Whoever drains for the role is on its way already.
    for (const set of this.#sets.values()) if (set.presence === 'draining' && set.next === role) missing--;
    for (; missing > 0; missing--) {
      const order = this.#takeBack(role) ?? this.#wake(role) ?? this.#reload(role, nowMs) ?? this.#flip(role, wishes, requests, nowMs);
      if (!order) return;
      if (order !== 'nothing to order') orders.push(order);
    }
  }

  #takeBack(role: EngineRole): 'nothing to order' | null {
    const set = this.#find((one) => one.role === role && one.presence === 'draining');
    if (!set) return null;
    set.presence = 'active';
    set.next = null;
    return 'nothing to order';
  }

  #wake(role: EngineRole): ResizeOrder | null {
    const set = this.#find((one) => one.role === role && one.presence === 'resting');
    if (!set) return null;
    set.presence = 'waking';
    return { kind: 'wake', instance: set.id };
  }

  /** One that rests in another role costs nobody anything. */
  #reload(role: EngineRole, nowMs: number): ResizeOrder | null {
    const set = this.#find((one) => one.presence === 'resting');
    return set ? this.#load(set, role, nowMs) : null;
  }

  #flip(role: EngineRole, wishes: LayoutWishes, requests: ReadonlyMap<string, number>, nowMs: number): 'nothing to order' | null {
    const donors = [...this.#sets.values()].filter((one) => nowMs - one.changedMs >= wishes.dwellMs && this.#spare(one, wishes));
    const set = this.#emptiest(donors, requests);
    if (!set) return null;
    set.presence = 'draining';
    set.next = role;
    return 'nothing to order';
  }

  #shrink(role: EngineRole, wishes: LayoutWishes, requests: ReadonlyMap<string, number>): void {
    const set = this.#emptiest(
      [...this.#sets.values()].filter((one) => one.role === role && this.#spare(one, wishes)),
      requests,
    );
    if (!set) return;
    set.presence = 'draining';
    set.next = null;
  }

  /** Whether a set takes requests that the others of its role can take alone, or the layout that is to come. */
  #spare({ role, presence }: GpuSet, wishes: LayoutWishes): boolean {
    const left = this.active(role) - 1;
    if (presence !== 'active' || left < wishes.target[role]) return false;
    if (role === 'aggregated')
      return left > 0 || (this.active('prefill') >= wishes.target.prefill && this.active('decode') >= wishes.target.decode && this.paired);
    const elsewhere = wishes.target.aggregated > 0 && this.active('aggregated') >= wishes.target.aggregated;
    return elsewhere || left >= Math.max(1, wishes.floor[role]);
  }

  #drained(set: GpuSet, nowMs: number): ResizeOrder {
    if (set.next !== null) return this.#load(set, set.next, nowMs);
    set.presence = 'resting';
    return { kind: 'rest', instance: set.id };
  }

  #load(set: GpuSet, role: EngineRole, nowMs: number): ResizeOrder {
    Object.assign(set, { role, presence: 'waking', next: null, changedMs: nowMs } satisfies Partial<GpuSet>);
    return { kind: 'load', instance: set.id, role };
  }

  #emptiest(sets: readonly GpuSet[], requests: ReadonlyMap<string, number>): GpuSet | null {
    const of = ({ id }: GpuSet): number => requests.get(id) ?? 0;
    return sets.reduce<GpuSet | null>((least, one) => (least === null || of(one) < of(least) ? one : least), null);
  }

  #count(role: EngineRole, presences: readonly Presence[]): number {
    let count = 0;
    for (const set of this.#sets.values()) if (set.role === role && presences.includes(set.presence)) count++;
    return count;
  }

  #find(is: (set: GpuSet) => boolean): GpuSet | null {
    for (const set of this.#sets.values()) if (is(set)) return set;
    return null;
  }

  #set(id: ClockDomainId): GpuSet {
    const set = this.#sets.get(id);
    if (!set) throw new RangeError(`unknown set of GPUs ${id}`);
    return set;
  }
}

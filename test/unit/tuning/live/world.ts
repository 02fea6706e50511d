import type { AuditEntry, LiveFault, LiveObservation, LiveOrders, RequestVerdict, Treatment } from '../../../../src/domain/live-tuning.ts';
import type { EngineRole } from '../../../../src/domain/instance.ts';
import { createRandom } from '../../../../src/statistics/random.ts';
import { createGuard, type Guard } from '../../../../src/tuning/live/guard.ts';
import { PACES, type GuardOptions } from '../../../../src/tuning/live/options.ts';

const LOOK_MS = 500;
export const SLO = { ttftMs: 1000, itlMs: 50 };

export interface WorldOptions {
  readonly prefill?: number;
  readonly decode?: number;
  readonly aggregated?: number;
  /** Requests per second, evenly spaced. */
  readonly rate?: number;
  readonly residenceMs?: number;
  readonly seed?: number;
  readonly lookMs?: number;
  readonly guard?: Partial<GuardOptions>;
}

/** How likely a request misses a promise, by how its domains are treated. */
export interface Misses {
  readonly ttft?: (treatment: Treatment, orders: LiveOrders) => number;
  readonly itl?: (treatment: Treatment, orders: LiveOrders) => number;
}

/** A cluster that serves evenly and misses by chance, seeded, with a guard that looks at it. */
export class World {
  readonly guard: Guard;
  readonly audit: AuditEntry[] = [];
  readonly domains: { id: string; role: EngineRole; clockMhz?: number | null }[];
  readonly #options: Required<Omit<WorldOptions, 'guard'>>;
  readonly #random;
  nowMs = 0;
  faults: LiveFault[] = [];
  kill: string | null = null;
  signal: number | null | undefined = undefined;
  misses: Misses = {};
  orders: LiveOrders;
  #owed = 0;
  #next = 0;
  requests = 0;

  constructor({
    prefill = 2,
    decode = 2,
    aggregated = 0,
    rate = 20,
    residenceMs = 0,
    seed = 1,
    lookMs = LOOK_MS,
    guard = {},
  }: WorldOptions = {}) {
    this.#options = { prefill, decode, aggregated, rate, residenceMs, seed, lookMs };
    this.#random = createRandom(seed);
    const of = (role: EngineRole, n: number): { id: string; role: EngineRole }[] =>
      Array.from({ length: n }, (_, i) => ({ id: `${role[0]!}${i}`, role }));
    this.domains = [...of('prefill', prefill), ...of('decode', decode), ...of('aggregated', aggregated)];
    this.guard = createGuard({ slo: SLO, sloTarget: 0.99, ...PACES.quick, ...guard });
    this.orders = this.look([]);
  }

  /** Time passes with traffic, until `done` or for so many seconds. @returns whether `done` came true */
  run(forS: number, done: (orders: LiveOrders) => boolean = () => false): boolean {
    const endMs = this.nowMs + forS * 1000;
    while (this.nowMs < endMs) {
      this.nowMs += this.#options.lookMs;
      this.look(this.#finished());
      if (done(this.orders)) return true;
    }
    return false;
  }

  until(stage: LiveOrders['stage'], atMostS = 3000): boolean {
    return this.run(atMostS, ({ stage: now }) => now === stage);
  }

  look(finished: RequestVerdict[], work: LiveObservation['work'] = []): LiveOrders {
    const { nowMs, domains, faults, kill, signal } = this;
    const seen = signal === undefined ? {} : { signal };
    this.orders = this.guard.look({ nowMs, domains: [...domains], finished, work, faults, kill, ...seen });
    this.audit.push(...this.orders.audit);
    return this.orders;
  }

  treated(id: string): Treatment {
    return this.orders.treatments.get(id)!;
  }

  governed(): string[] {
    return [...this.orders.treatments].filter(([, treatment]) => treatment === 'governed').map(([id]) => id);
  }

  texts(event: AuditEntry['event']): string[] {
    return this.audit.filter((entry) => entry.event === event).map(({ text }) => text);
  }

  /** Requests in turn over the domains of each role. */
  #finished(): RequestVerdict[] {
    const { rate, residenceMs } = this.#options;
    this.#owed += (rate * this.#options.lookMs) / 1000;
    const finished: RequestVerdict[] = [];
    for (; this.#owed >= 1; this.#owed--) finished.push(this.#request(residenceMs));
    this.requests += finished.length;
    return finished;
  }

  #request(residenceMs: number): RequestVerdict {
    const turn = this.#next++;
    const prefillDomain = this.#pick(['prefill', 'aggregated'], turn);
    // Not in step with the prefill domains.
    const aggregated = this.#options.aggregated > 0;
    const decodeDomain = aggregated ? prefillDomain : this.#pick(['decode'], Math.floor(turn / Math.max(1, this.#options.prefill)));
    const { ttft = () => 0, itl = () => 0 } = this.misses;
    const missed = (p: number): boolean => this.#random.next() < p;
    return {
      arrivalMs: this.nowMs - residenceMs,
      endMs: this.nowMs,
      prefillDomain,
      decodeDomain,
      ttftMet: !missed(ttft(this.treated(prefillDomain), this.orders)),
      itlMet: !missed(itl(this.treated(decodeDomain), this.orders)),
    };
  }

  #pick(roles: readonly EngineRole[], turn: number): string {
    const able = this.domains.filter(({ role }) => roles.includes(role));
    return able[turn % able.length]!.id;
  }
}

export const slowed =
  (governed: number, highest = 0): ((treatment: Treatment) => number) =>
  (treatment) =>
    treatment === 'governed' ? governed : highest;

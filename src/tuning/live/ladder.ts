import { atLeastP } from '../../statistics/binomial.ts';
import type { Role } from '../../domain/instance.ts';
import { missRate } from './burn.ts';
import type { GuardOptions } from './options.ts';
import type { Count } from './window.ts';

/** A ladder is learnt in so many rungs, whatever the number of clocks. */
const RUNGS = 16;
/** The lowest clock rises at most to here: a ladder without rungs saves nothing. */
const HIGHEST_RUNG = 12;
/** Rungs per step up. */
const MOST_RUNGS = 2;
/** Low clocks are to blame where requests miss so many times as often there as above. */
const BLAME = 2;

export interface LadderStep {
  readonly from: number | null;
  readonly to: number | null;
  readonly low: Count | null;
  readonly high: Count | null;
}

/** The lowest clock of one phase, learnt from the requests that missed while it ran low: up soon, down again slowly. */
export class LadderLearner {
  readonly #options: GuardOptions;
  readonly #allowed: number;
  readonly #clocksMhz: readonly number[];
  readonly #requests = new Float64Array(RUNGS);
  readonly #misses = new Float64Array(RUNGS);
  #lookedMs: number | null = null;
  #reasonMs: number | null = null;

  constructor(role: Role, options: GuardOptions) {
    this.#options = options;
    this.#allowed = (1 - options.sloTarget) / 2;
    this.#clocksMhz = options.ladder.clocksMhz[role];
  }

  get idle(): boolean {
    return this.#clocksMhz.length < 2;
  }

  add(clockMhz: number | null, met: boolean): void {
    if (this.idle || clockMhz === null) return;
    const rung = this.#rungOf(clockMhz);
    this.#requests[rung]!++;
    if (!met) this.#misses[rung]!++;
  }

  restart(nowMs: number): void {
    this.#requests.fill(0);
    this.#misses.fill(0);
    this.#lookedMs = nowMs;
  }

  /** @returns the step that is to be made now; null for none */
  step(minMhz: number | null, nowMs: number): LadderStep | null {
    if (this.idle) return null;
    const { fast, ladder } = this.#options;
    this.#lookedMs ??= nowMs;
    this.#reasonMs ??= nowMs;
    if (nowMs - this.#lookedMs < fast.windowS * 1000) return null;
    this.#lookedMs = nowMs;
    const step = this.#raise(minMhz) ?? (nowMs - this.#reasonMs < ladder.lowerAfterS * 1000 ? null : this.#lower(minMhz));
    if (step) this.#reasonMs = nowMs;
    return step;
  }

  #raise(minMhz: number | null): LadderStep | null {
    const { ladder } = this.#options;
    const lowest = minMhz === null ? 0 : this.#rungOf(minMhz);
    for (let rung = lowest; rung < HIGHEST_RUNG; rung++) {
      const [low, high] = [this.#between(0, rung), this.#between(rung + 1, RUNGS - 1)];
      if (low.requests < ladder.requests || high.requests < ladder.requests) continue;
      if (missRate(low) <= BLAME * missRate(high) || atLeastP(low.misses, low.requests, this.#allowed) > ladder.doubt) continue;
      const to = this.#clockOf(Math.min(rung + 1, lowest + MOST_RUNGS, HIGHEST_RUNG));
      if (to !== null && to > (minMhz ?? 0)) return { from: minMhz, to, low, high };
    }
    return null;
  }

  #lower(minMhz: number | null): LadderStep | null {
    return minMhz === null ? null : { from: minMhz, to: this.#clockOf(this.#rungOf(minMhz) - 1), low: null, high: null };
  }

  #between(first: number, last: number): Count {
    let [requests, misses] = [0, 0];
    for (let rung = first; rung <= last; rung++) {
      requests += this.#requests[rung]!;
      misses += this.#misses[rung]!;
    }
    return { requests, misses };
  }

  #rungOf(clockMhz: number): number {
    const above = this.#clocksMhz.findIndex((mhz) => mhz >= clockMhz);
    const place = above < 0 ? this.#clocksMhz.length - 1 : above;
    return Math.min(RUNGS - 1, Math.floor((place * RUNGS) / this.#clocksMhz.length));
  }

  /** The lowest clock of a rung, or of the next one up that has any; null for the first: no bound. */
  #clockOf(rung: number): number | null {
    return rung <= 0 ? null : (this.#clocksMhz[Math.ceil((rung * this.#clocksMhz.length) / RUNGS)] ?? null);
  }
}

import { atLeastP, atMostP } from '../../statistics/binomial.ts';
import type { PromiseKind } from './burn.ts';
import type { GuardOptions } from './options.ts';

/** Steps are whole thousandths: a smaller one is none. */
const THOUSAND = 1000;

export interface MarginStep {
  readonly from: number;
  readonly to: number;
  readonly requests: number;
  readonly misses: number;
}

/**
 * One promise's target, moved by what became of the promise: an integral of (1 - misses / allowed misses), with a dead band, only
 * where a one-sided bound says that the direction is right, and by limited steps: up slowly, down fast. Each promise has
 * half of the allowance, so that both together are kept.
 */
export class Margin {
  readonly promise: PromiseKind;
  readonly #options: GuardOptions;
  readonly #allowed: number;
  #requests = 0;
  #misses = 0;
  #sinceMs: number | null = null;

  constructor(promise: PromiseKind, options: GuardOptions) {
    this.promise = promise;
    this.#options = options;
    this.#allowed = (1 - options.sloTarget) / 2;
  }

  add(met: boolean): void {
    this.#requests++;
    if (!met) this.#misses++;
  }

  /** What was seen belongs to settings that no longer hold. */
  restart(nowMs: number): void {
    [this.#requests, this.#misses, this.#sinceMs] = [0, 0, nowMs];
  }

  /**
   * @param mayRise not while energy is worth less than usual, or while even the highest clock misses
   * @returns a step that is to be made now; null for none
   */
  step(target: number, mayRise: boolean, nowMs: number): MarginStep | null {
    const { fast, slow } = this.#options;
    this.#sinceMs ??= nowMs;
    const forS = (nowMs - this.#sinceMs) / 1000;
    if (forS < fast.windowS) return null;
    const delta = this.#misses > this.#allowed * this.#requests ? this.#down() : mayRise && forS >= slow.windowS ? this.#up() : 0;
    const to = this.#moved(target, Math.trunc(THOUSAND * delta) / THOUSAND);
    if (to !== target) return { from: target, to, requests: this.#requests, misses: this.#misses };
    if (forS >= 2 * slow.windowS) this.#halve(nowMs);
    return null;
  }

  /** Within its bounds, which somebody may have started beyond. */
  #moved(target: number, delta: number): number {
    const { least, most } = this.#options.margins;
    const to = Math.round((target + delta) * 1e6) / 1e6;
    if (delta === 0) return target;
    return delta > 0 ? Math.min(Math.max(target, most), to) : Math.max(Math.min(target, least), to);
  }

  #down(): number {
    const { margins, fast } = this.#options;
    const burn = this.#misses / (this.#allowed * this.#requests);
    if (this.#requests < fast.least || burn < 1 + margins.deadBand) return 0;
    if (atLeastP(this.#misses, this.#requests, this.#allowed) > margins.doubt) return 0;
    return -Math.min(margins.stepDown, margins.stepUp * (burn - 1));
  }

  #up(): number {
    const { margins } = this.#options;
    const burn = this.#misses / (this.#allowed * Math.max(1, this.#requests));
    if (this.#requests < margins.requests || burn > 1 - margins.deadBand) return 0;
    return atMostP(this.#misses, this.#requests, this.#allowed) <= margins.doubt ? margins.stepUp * (1 - burn) : 0;
  }

  /** Old counts weigh half. */
  #halve(nowMs: number): void {
    [this.#requests, this.#misses] = [Math.floor(this.#requests / 2), Math.floor(this.#misses / 2)];
    this.#sinceMs = nowMs - this.#options.slow.windowS * 1000;
  }
}

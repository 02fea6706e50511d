import { atLeastP, atMostP } from '../../statistics/binomial.ts';
import type { RequestVerdict } from '../../domain/live-tuning.ts';
import { missRate, PROMISES, type PromiseKind } from './burn.ts';
import type { Arm } from './fleet.ts';
import type { GuardOptions, StageNeeds } from './options.ts';

type Tally = { requests: number; misses: number };
const ARMS: readonly Arm[] = ['governed', 'highest'];
/** What is older than so many times the requests that a stage needs counts half: a day at one stage is not judged by its morning. */
const AGE_AFTER = 20;

export interface Finding {
  readonly promise: PromiseKind;
  readonly governed: Tally;
  readonly highest: Tally;
}

/** What a stage has shown so far: the governed beside those at the highest clock. */
export class StageEvidence {
  readonly #options: GuardOptions;
  readonly #allowance: number;
  readonly #tallies: Readonly<Record<Arm, Readonly<Record<PromiseKind, Tally>>>>;

  constructor(options: GuardOptions) {
    this.#options = options;
    this.#allowance = 1 - options.sloTarget;
    const arm = (): Record<PromiseKind, Tally> => ({ ttft: { requests: 0, misses: 0 }, itl: { requests: 0, misses: 0 } });
    this.#tallies = { governed: arm(), highest: arm() };
  }

  add({ ttftMet, itlMet }: RequestVerdict, prefill: Arm | null, decode: Arm | null): void {
    if (prefill) this.#count(this.#tallies[prefill].ttft, ttftMet);
    if (decode) this.#count(this.#tallies[decode].itl, itlMet);
  }

  clear(): void {
    for (const arm of ARMS) for (const promise of PROMISES) Object.assign(this.#tallies[arm][promise], { requests: 0, misses: 0 });
  }

  age({ requests }: StageNeeds): void {
    for (const arm of ARMS)
      for (const promise of PROMISES) {
        const tally = this.#tallies[arm][promise];
        if (tally.requests <= AGE_AFTER * Math.max(1, requests)) continue;
        [tally.requests, tally.misses] = [Math.floor(tally.requests / 2), Math.floor(tally.misses / 2)];
      }
  }

  /** What is still to be shown before the next stage, in words; null when nothing is. */
  missing({ requests }: StageNeeds, arms: readonly Arm[], promises: readonly PromiseKind[]): string | null {
    for (const promise of promises) {
      const short = arms.find((arm) => this.#tallies[arm][promise].requests < requests);
      if (short)
        return `${this.#tallies[short][promise].requests} of ${requests} requests for ${promise} ${short === 'governed' ? 'governed' : 'at the highest clock'}`;
      if (arms.includes('governed') && !this.#good(promise)) {
        const { governed, highest } = this.of(promise);
        return `not sure yet that ${promise} is kept: ${governed.misses} of ${governed.requests} governed missed it, ${highest.misses} of ${highest.requests} at the highest clock`;
      }
    }
    return null;
  }

  /** A promise that the governed break and the others do not, too slowly for any window. */
  worse(): Finding | null {
    const { slow, gateDoubt } = this.#options;
    for (const promise of PROMISES) {
      const { governed, highest } = this.of(promise);
      const { requests, misses } = governed;
      if (requests < slow.least || highest.requests < slow.least || missRate(governed) <= this.#allowance + slow.excess) continue;
      if (atLeastP(misses, requests, this.#allowance) > slow.doubt) continue;
      if (atLeastP(misses, requests, missRate(highest)) <= gateDoubt)
        return { promise, governed: { ...governed }, highest: { ...highest } };
    }
    return null;
  }

  of(promise: PromiseKind): Finding {
    return { promise, governed: this.#tallies.governed[promise], highest: this.#tallies.highest[promise] };
  }

  /** The upper bound of the governed's misses lies within the tolerance. */
  #good(promise: PromiseKind): boolean {
    const { governed, highest } = this.of(promise);
    const limit = Math.max(this.#allowance, missRate(highest)) + this.#options.tolerance;
    return atMostP(governed.misses, governed.requests, limit) <= this.#options.gateDoubt;
  }

  #count(tally: Tally, met: boolean): void {
    tally.requests++;
    if (!met) tally.misses++;
  }
}

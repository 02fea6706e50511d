import type { BurnRate, RequestVerdict } from '../../domain/live-tuning.ts';
import { atLeastP } from '../../statistics/binomial.ts';
import type { Arm, GuardedFleet } from './fleet.ts';
import type { BurnWindow, GuardOptions } from './options.ts';
import { SecondsWindows, type Count } from './window.ts';

export const PROMISES = ['ttft', 'itl'] as const;
export type PromiseKind = (typeof PROMISES)[number];

const FAST = 0;
const SLOW = 1;
const SURGE = 2;
/** A loaded cluster is called so with less doubt than a breach takes: it only tells whose fault a breach is, and what to wait for. */
const SHOWS_DOUBT = 0.05;
/** As many misses at the highest clock are no accident, and the governed's share of them is theirs only if chance hardly gives it. */
const LEAST_SHOWN = 3;
const SHARE_DOUBT = 0.01;

export const missRate = ({ requests, misses }: Count): number => (requests === 0 ? 0 : misses / requests);

const overspent = (count: Count, { least, excess }: BurnWindow, allowance: number, doubt: number): boolean =>
  count.requests >= least && missRate(count) > allowance + excess && atLeastP(count.misses, count.requests, allowance) <= doubt;

/** What broke a promise: requests of governed domains, or of all together. */
export interface Breach {
  readonly promise: PromiseKind | 'both';
  readonly fast: Count;
  readonly slow: Count;
  /** Those at the highest clock miss it just as well. */
  readonly overload: boolean;
  readonly highest: Count;
}

/**
 * Burn rates over two windows, as the Site Reliability Workbook has them (chapter 5, "Alerting on SLOs"): the long one tells that it
 * matters, the short one that it still goes on. What is as bad as can be is not waited for: about the last thousand requests are
 * enough. Each window is judged by a binomial bound besides, so that few requests say little.
 */
export class BurnMeter {
  readonly #options: GuardOptions;
  readonly #allowance: number;
  readonly #all: SecondsWindows;
  readonly #arms: Readonly<Record<Arm, Readonly<Record<PromiseKind, SecondsWindows>>>>;

  constructor(options: GuardOptions) {
    this.#options = options;
    this.#allowance = 1 - options.sloTarget;
    const windows = (): SecondsWindows => new SecondsWindows([options.fast, options.slow, options.surge]);
    this.#all = windows();
    this.#arms = { governed: { ttft: windows(), itl: windows() }, highest: { ttft: windows(), itl: windows() } };
  }

  advance(nowMs: number): void {
    this.#all.advance(nowMs);
    for (const arm of Object.values(this.#arms)) for (const promise of PROMISES) arm[promise].advance(nowMs);
  }

  /** Time to the first token is the prefill domain's doing, gaps are the decode domain's. */
  add({ ttftMet, itlMet }: RequestVerdict, prefill: Arm | null, decode: Arm | null): void {
    this.#all.add(1, ttftMet && itlMet ? 0 : 1);
    if (prefill) this.#arms[prefill].ttft.add(1, ttftMet ? 0 : 1);
    if (decode) this.#arms[decode].itl.add(1, itlMet ? 0 : 1);
  }

  /** What is governed from now on is judged by what comes from now on; of the highest clock all is kept. */
  begin(): void {
    this.#all.clear();
    for (const promise of PROMISES) this.#arms.governed[promise].clear();
  }

  /** The promise that is being broken, if any, and whether the highest clock breaks it as well. */
  breach(): Breach | null {
    const { governed, highest } = this.#arms;
    const broken = PROMISES.find((promise) => this.#burns(governed[promise]));
    if (broken) return this.#breachOf(broken, governed[broken], this.#overloaded(broken), highest[broken].count(SURGE));
    if (!this.#burns(this.#all)) return null;
    const shown = PROMISES.find((promise) => this.#overloaded(promise));
    return this.#breachOf('both', this.#all, shown !== undefined, highest[shown ?? 'ttft'].count(SURGE));
  }

  /** Whether requests miss a promise although nothing is slowed down for them. */
  get highestMisses(): boolean {
    return PROMISES.some((promise) => this.#shows(promise));
  }

  /** A whole slow window within the allowance. */
  get kept(): boolean {
    const slow = this.#all.count(SLOW);
    return slow.requests >= this.#options.slow.least && missRate(slow) <= this.#allowance;
  }

  get highest(): Readonly<Record<PromiseKind, Count>> {
    return { ttft: this.#arms.highest.ttft.count(FAST), itl: this.#arms.highest.itl.count(FAST) };
  }

  /** Of all requests, whoever served them. */
  get rates(): BurnRate[] {
    return [this.#options.fast, this.#options.slow, this.#options.surge].map(({ windowS }, window) => {
      const count = this.#all.count(window);
      return {
        windowS,
        coversS: this.#all.coversS(window),
        requests: count.requests,
        rate: count.requests === 0 ? null : missRate(count) / this.#allowance,
      };
    });
  }

  #burns(windows: SecondsWindows): boolean {
    const { fast, slow, surge } = this.#options;
    const over = (window: number, options: BurnWindow): boolean =>
      overspent(windows.count(window), options, this.#allowance, options.doubt);
    return over(SURGE, surge) || (over(FAST, fast) && over(SLOW, slow));
  }

  #shows(promise: PromiseKind): boolean {
    return overspent(this.#arms.highest[promise].count(FAST), this.#options.fast, this.#allowance, SHOWS_DOUBT);
  }

  /** The highest clock breaks the promise too, and the governed have no more than their share of the misses. */
  #overloaded(promise: PromiseKind): boolean {
    const [governed, highest] = [this.#arms.governed[promise].count(SURGE), this.#arms.highest[promise].count(SURGE)];
    if (highest.misses < LEAST_SHOWN || missRate(highest) <= this.#allowance) return false;
    const share = governed.requests / (governed.requests + highest.requests);
    return atLeastP(governed.misses, governed.misses + highest.misses, share) > SHARE_DOUBT;
  }

  #breachOf(promise: Breach['promise'], windows: SecondsWindows, overload: boolean, highest: Count): Breach {
    return { promise, fast: { ...windows.count(FAST) }, slow: { ...windows.count(SLOW) }, overload, highest: { ...highest } };
  }
}

/** Counts finished requests for the arms whose treatment they saw from arrival to end. */
export function armsOf(fleet: GuardedFleet, { arrivalMs, prefillDomain, decodeDomain }: RequestVerdict, settleMs: number): (Arm | null)[] {
  return [fleet.armSince(prefillDomain, arrivalMs, settleMs), fleet.armSince(decodeDomain, arrivalMs, settleMs)];
}

import { wilcoxonRankSum } from 'simple-statistics';
import type { RequestOutcome } from '../domain/request.ts';
import { quantile } from '../statistics/quantile.ts';

export interface WarmUpLimits {
  /** Completed requests of a window; two of them are compared. */
  readonly window: number;
  /** Requests that have ended, in whatever way, after which a warm-up is over, settled or not. */
  readonly mostRequests: number;
  /** s since the first of them was due, likewise. */
  readonly mostS: number;
}

export const WARM_UP_LIMITS: WarmUpLimits = { window: 16, mostRequests: 256, mostS: 120 };

/** Medians that are no further apart are the same for anybody. */
const TOLERATED = 0.05;
/** Rank sums that lie further apart than this are no chance: p < 0.1. To warm up for longer costs little. */
const MOST_SIGMAS = 1.645;

export type WarmUpVerdict = 'warming' | 'settled' | 'gave-up';

interface Sample {
  readonly ttftMs: number;
  /** Mean gap; null for an answer of one chunk. */
  readonly gapMs: number | null;
}

const sampleOf = ({ status, intendedMs, firstTokenMs, gapsMs }: RequestOutcome): Sample | null => {
  if (status !== 'completed' || firstTokenMs === null) return null;
  return {
    ttftMs: firstTokenMs - intendedMs,
    gapMs: gapsMs.length === 0 ? null : gapsMs.reduce((sum, gap) => sum + gap, 0) / gapsMs.length,
  };
};

/** How far the second sample's ranks are from those of an equal one, in standard deviations (Wilcoxon; normal from 8 values on). */
const sigmasApart = (before: readonly number[], after: readonly number[]): number => {
  const [n, m] = [before.length, after.length];
  const excess = wilcoxonRankSum([...after], [...before]) - (m * (n + m + 1)) / 2;
  return Math.abs(excess) / Math.sqrt((n * m * (n + m + 1)) / 12);
};

const alike = (before: readonly number[], after: readonly number[]): boolean => {
  const [a, b] = [quantile(before, 0.5), quantile(after, 0.5)];
  // Where no answer has a gap there is none that could drift; where only one window's have, the answers changed.
  if (a === null || b === null) return a === b;
  return Math.abs(b - a) <= TOLERATED * a || sigmasApart(before, after) <= MOST_SIGMAS;
};

/** Neither from window to window nor within the newer one. */
const settled = (before: readonly number[], after: readonly number[]): boolean => {
  const half = Math.floor(after.length / 2);
  return alike(before, after) && alike(after.slice(0, half), after.slice(half));
};

const gapsOf = (samples: readonly Sample[]): number[] => samples.map(({ gapMs }) => gapMs).filter((gapMs) => gapMs !== null);
const ttftsOf = (samples: readonly Sample[]): number[] => samples.map(({ ttftMs }) => ttftMs);

/**
 * Tells when an endpoint has warmed up: when neither the last two windows of completed requests, as they ended, nor the halves of the
 * last one differ in TTFT or in mean gap, by medians within 5 % or by Wilcoxon's rank sums with p >= 0.1. It looks once each half
 * window, so that chance alone does not settle it soon.
 */
export class WarmUpWatch {
  readonly #limits: WarmUpLimits;
  /** The last two windows. */
  #samples: Sample[] = [];
  #completed = 0;
  #ended = 0;
  #verdict: WarmUpVerdict = 'warming';

  constructor(limits: Partial<WarmUpLimits> = {}) {
    this.#limits = { ...WARM_UP_LIMITS, ...limits };
  }

  /** Requests that have ended. */
  get ended(): number {
    return this.#ended;
  }

  /** @returns the verdict with this outcome; once it is not `warming` it stays */
  add(outcome: RequestOutcome): WarmUpVerdict {
    if (this.#verdict !== 'warming') return this.#verdict;
    this.#ended += 1;
    const sample = sampleOf(outcome);
    if (sample !== null) this.#take(sample);
    if (this.#verdict === 'warming' && this.#ended >= this.#limits.mostRequests) this.#verdict = 'gave-up';
    return this.#verdict;
  }

  /** @param elapsedS s since the first request was due */
  at(elapsedS: number): WarmUpVerdict {
    if (this.#verdict === 'warming' && elapsedS >= this.#limits.mostS) this.#verdict = 'gave-up';
    return this.#verdict;
  }

  #take(sample: Sample): void {
    const { window } = this.#limits;
    this.#samples.push(sample);
    this.#completed += 1;
    if (this.#samples.length > 2 * window) this.#samples.shift();
    if (this.#samples.length < 2 * window || this.#completed % Math.ceil(window / 2) !== 0) return;
    const [before, after] = [this.#samples.slice(0, window), this.#samples.slice(window)];
    if (settled(ttftsOf(before), ttftsOf(after)) && settled(gapsOf(before), gapsOf(after))) this.#verdict = 'settled';
  }
}

import type { Histogram, LatencySummary } from '../domain/latency-figures.ts';
import { countBelow } from './ascending.ts';
import { BOUNDS_MS, histogramOfCounts } from './histogram.ts';

/** Buckets of a sketch in one bucket of a histogram: 0.5 % each. Whole ones, so that a sketch coarsens to a histogram without an error. */
const FINE = 10;
/** So many different values are kept as they are: up to then every figure is exact. */
const EXACT_VALUES = 65_536;

/** Upper bounds, ascending; every tenth is a histogram's. */
const FINE_BOUNDS_MS = Float64Array.from({ length: BOUNDS_MS.length * FINE }, (_, i) => {
  const high = BOUNDS_MS[Math.floor(i / FINE)]!;
  const low = BOUNDS_MS[Math.floor(i / FINE) - 1];
  const part = ((i % FINE) + 1) / FINE;
  if (part === 1) return high;
  return low === undefined ? high * part : low * (high / low) ** part;
});
const LAST = FINE_BOUNDS_MS.length - 1;
const LOG_FIRST = Math.log(FINE_BOUNDS_MS[FINE - 1]!);
const BUCKETS_PER_LOG = FINE / Math.log(BOUNDS_MS[BOUNDS_MS.length - 1]! / BOUNDS_MS[BOUNDS_MS.length - 2]!);

/** The first bucket whose bound is not below the value; the last one for all beyond 10 min. The logarithm is a guess, rounding aside. */
function bucketOf(valueMs: number): number {
  const guess = valueMs > 0 ? Math.ceil((Math.log(valueMs) - LOG_FIRST) * BUCKETS_PER_LOG) + FINE - 1 : 0;
  let bucket = Math.min(Math.max(guess, 0), LAST);
  while (bucket < LAST && FINE_BOUNDS_MS[bucket]! < valueMs) bucket++;
  while (bucket > 0 && FINE_BOUNDS_MS[bucket - 1]! >= valueMs) bucket--;
  return bucket;
}

/** Values, ascending, and how many came up to each of them. */
interface Ranked {
  readonly values: Float64Array;
  readonly upTo: Float64Array;
}

/**
 * Latencies in ms in memory that does not grow with their number. Mean, least, greatest and count are exact; quantiles are
 * exact up to 65 536 different values and off by at most a bucket's width (0.5 %) beyond. Two sketches merge.
 */
export class LatencySketch {
  readonly #exactValues: number;
  #values: number[] = [];
  #counts: number[] = [];
  #buckets: Float64Array | null = null;
  #ranked: Ranked | null = null;
  #n = 0;
  #sum = 0;
  /** What adding to a large sum loses (Kahan and Neumaier). */
  #lost = 0;
  #minMs = Infinity;
  #maxMs = -Infinity;

  /** @param exactValues how many different values are kept as they are */
  constructor(exactValues = EXACT_VALUES) {
    this.#exactValues = exactValues;
  }

  get n(): number {
    return this.#n;
  }

  /**
   * @param count how often; nothing is added for 0
   * @throws RangeError for NaN or a negative latency
   */
  add(valueMs: number, count = 1): void {
    if (!(valueMs >= 0)) throw new RangeError(`A latency is a number >= 0 ms, got ${valueMs}`);
    if (count <= 0) return;
    this.#n += count;
    this.#addToSum(valueMs * count);
    if (valueMs < this.#minMs) this.#minMs = valueMs;
    if (valueMs > this.#maxMs) this.#maxMs = valueMs;
    if (this.#buckets) this.#buckets[bucketOf(valueMs)]! += count;
    else this.#keep(valueMs, count);
  }

  /** Adds all that another one holds; that one stays as it is. */
  merge(other: LatencySketch): void {
    if (other.#buckets === null) return other.#values.forEach((valueMs, i) => this.add(valueMs, other.#counts[i]));
    const buckets = this.#toBuckets();
    other.#buckets.forEach((count, i) => (buckets[i]! += count));
    this.#n += other.#n;
    this.#addToSum(other.#sum + other.#lost);
    this.#minMs = Math.min(this.#minMs, other.#minMs);
    this.#maxMs = Math.max(this.#maxMs, other.#maxMs);
  }

  /** Quantile in ms by linear interpolation between closest ranks; null when empty. @param p in [0, 1] */
  quantile(p: number): number | null {
    if (!(p >= 0 && p <= 1)) throw new RangeError(`A quantile's probability lies in [0, 1], got ${p}`);
    if (this.#n === 0) return null;
    const rank = p * (this.#n - 1);
    const below = Math.floor(rank);
    const low = this.#atRank(below);
    const high = rank === below ? low : this.#atRank(below + 1);
    return low === high ? low : low + (high - low) * (rank - below);
  }

  summary(): LatencySummary {
    const [p50, p90, p95, p99] = [0.5, 0.9, 0.95, 0.99].map((p) => this.quantile(p)) as [number, number, number, number];
    if (this.#n === 0) return { mean: null, p50: null, p90: null, p95: null, p99: null, max: null, n: 0 };
    return { mean: (this.#sum + this.#lost) / this.#n, p50, p90, p95, p99, max: this.#maxMs, n: this.#n };
  }

  /** The same counts in the 5 % buckets of every histogram. */
  histogram(): Histogram {
    const counts = new Array<number>(BOUNDS_MS.length).fill(0);
    const add = (fine: number, count: number): void => void (counts[Math.floor(fine / FINE)]! += count);
    if (this.#buckets) this.#buckets.forEach((count, i) => add(i, count));
    else this.#values.forEach((valueMs, i) => add(bucketOf(valueMs), this.#counts[i]!));
    return histogramOfCounts(counts);
  }

  #keep(valueMs: number, count: number): void {
    this.#ranked = null;
    const last = this.#values.length - 1;
    if (this.#values[last] === valueMs) this.#counts[last]! += count;
    else {
      this.#values.push(valueMs);
      this.#counts.push(count);
    }
    if (this.#values.length > this.#exactValues) this.#toBuckets();
  }

  #toBuckets(): Float64Array {
    if (this.#buckets) return this.#buckets;
    const buckets = new Float64Array(FINE_BOUNDS_MS.length);
    this.#values.forEach((valueMs, i) => (buckets[bucketOf(valueMs)]! += this.#counts[i]!));
    [this.#values, this.#counts, this.#ranked] = [[], [], null];
    return (this.#buckets = buckets);
  }

  #addToSum(amount: number): void {
    const sum = this.#sum + amount;
    this.#lost += Math.abs(this.#sum) >= Math.abs(amount) ? this.#sum - sum + amount : amount - sum + this.#sum;
    this.#sum = sum;
  }

  /** The value at a rank from 0, as if a bucket's values were spread evenly in it. */
  #atRank(rank: number): number {
    return this.#buckets ? this.#atRankOf(this.#buckets, rank) : this.#exactAtRank(rank);
  }

  #exactAtRank(rank: number): number {
    const { values, upTo } = (this.#ranked ??= this.#rank());
    let [low, high] = [0, values.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (upTo[middle]! > rank) high = middle;
      else low = middle + 1;
    }
    return values[low]!;
  }

  /** Bare numbers are put in order far faster than pairs; each count then looks for the place of its value. */
  #rank(): Ranked {
    const values = Float64Array.from(this.#values).sort();
    const upTo = new Float64Array(values.length);
    for (let i = 0; i < values.length; i++) upTo[countBelow(values, this.#values[i]!)]! += this.#counts[i]!;
    for (let i = 1; i < upTo.length; i++) upTo[i]! += upTo[i - 1]!;
    return { values, upTo };
  }

  #atRankOf(buckets: Float64Array, rank: number): number {
    if (rank <= 0) return this.#minMs;
    if (rank >= this.#n - 1) return this.#maxMs;
    let seen = 0;
    let bucket = 0;
    while (seen + buckets[bucket]! <= rank) seen += buckets[bucket++]!;
    const low = bucket === 0 ? 0 : FINE_BOUNDS_MS[bucket - 1]!;
    const high = bucket === LAST ? this.#maxMs : FINE_BOUNDS_MS[bucket]!;
    const inside = low + (high - low) * ((rank - seen + 0.5) / buckets[bucket]!);
    return Math.min(Math.max(inside, this.#minMs), this.#maxMs);
  }
}

export const sketchOf = (valuesMs: Iterable<number>, exactValues?: number): LatencySketch => {
  const sketch = new LatencySketch(exactValues);
  for (const valueMs of valuesMs) sketch.add(valueMs);
  return sketch;
};

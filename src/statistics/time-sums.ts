import { countBelow, countUpTo } from './ascending.ts';

/** So many entries are kept as they are: up to then every sum is exact. */
const EXACT_ENTRIES = 65_536;
const FIRST_BIN_MS = 125;
const MOST_BINS = 8192;

interface Ordered {
  readonly atMs: Float64Array;
  readonly upTo: Float64Array;
}

/**
 * Amounts over time, to be summed over any stretch later, in memory that does not grow with their number: exact up to 65 536
 * entries, then in bins of an eighth of a second that double whenever there would be more than 8192 of them.
 */
export class TimeSums {
  readonly #startMs: number;
  readonly #exactEntries: number;
  /** Of the entries kept as they are. */
  #timesMs: number[] = [];
  #amounts: number[] = [];
  #ordered: Ordered | null = null;
  #bins: Float64Array | null = null;
  #binMs = FIRST_BIN_MS;
  #total = 0;

  /** @param startMs where bins begin; what comes before counts in the first of them */
  constructor(startMs: number, exactEntries = EXACT_ENTRIES) {
    this.#startMs = startMs;
    this.#exactEntries = exactEntries;
  }

  get total(): number {
    return this.#total;
  }

  add(atMs: number, amount: number): void {
    if (amount === 0) return;
    this.#total += amount;
    if (this.#bins) return this.#addToBin(this.#bins, atMs, amount);
    this.#ordered = null;
    this.#timesMs.push(atMs);
    this.#amounts.push(amount);
    if (this.#timesMs.length > this.#exactEntries) this.#toBins();
  }

  /** All that came before a time; within a bin as if spread evenly. */
  before(atMs: number): number {
    if (this.#bins) return this.#beforeInBins(this.#bins, atMs);
    const { atMs: times, upTo } = (this.#ordered ??= this.#order());
    const count = countBelow(times, atMs);
    return count === 0 ? 0 : upTo[count - 1]!;
  }

  /** Parts of the whole between edges, ascending; what lies outside counts in the first and the last. */
  parts(edgesMs: readonly number[]): number[] {
    if (!this.#bins) return this.#exactParts(edgesMs);
    const last = edgesMs.length - 1;
    const upTo = edgesMs.map((edgeMs, i) => (i === 0 ? 0 : i === last ? this.#total : this.before(edgeMs)));
    return upTo.slice(1).map((sum, i) => sum - upTo[i]!);
  }

  /** Each entry looks for its part: there are few of these, so that is less work than to put all entries in order. */
  #exactParts(edgesMs: readonly number[]): number[] {
    const innerMs = Float64Array.from(edgesMs.slice(1, -1));
    const parts = new Array<number>(Math.max(0, edgesMs.length - 1)).fill(0);
    if (parts.length === 0) return parts;
    for (let i = 0; i < this.#timesMs.length; i++) parts[countUpTo(innerMs, this.#timesMs[i]!)]! += this.#amounts[i]!;
    return parts;
  }

  #order(): Ordered {
    const order = Array.from(this.#timesMs.keys()).sort((a, b) => this.#timesMs[a]! - this.#timesMs[b]!);
    let seen = 0;
    return { atMs: Float64Array.from(order, (i) => this.#timesMs[i]!), upTo: Float64Array.from(order, (i) => (seen += this.#amounts[i]!)) };
  }

  #toBins(): void {
    const bins = new Float64Array(MOST_BINS);
    this.#bins = bins;
    this.#timesMs.forEach((atMs, i) => this.#addToBin(bins, atMs, this.#amounts[i]!));
    [this.#timesMs, this.#amounts, this.#ordered] = [[], [], null];
  }

  #addToBin(bins: Float64Array, atMs: number, amount: number): void {
    let bin = Math.max(0, Math.floor((atMs - this.#startMs) / this.#binMs));
    while (bin >= MOST_BINS) {
      this.#halve(bins);
      bin = Math.floor((atMs - this.#startMs) / this.#binMs);
    }
    bins[bin]! += amount;
  }

  /** In place: a bin of the new width is two neighbours of the old. */
  #halve(bins: Float64Array): void {
    this.#binMs *= 2;
    for (let i = 0; i < MOST_BINS / 2; i++) bins[i] = bins[2 * i]! + bins[2 * i + 1]!;
    bins.fill(0, MOST_BINS / 2);
  }

  #beforeInBins(bins: Float64Array, atMs: number): number {
    const place = (atMs - this.#startMs) / this.#binMs;
    const whole = Math.min(Math.max(0, Math.floor(place)), MOST_BINS);
    let sum = 0;
    for (let i = 0; i < whole; i++) sum += bins[i]!;
    return whole === MOST_BINS || place <= 0 ? sum : sum + bins[whole]! * (place - whole);
  }
}

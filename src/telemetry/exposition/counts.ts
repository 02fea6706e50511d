/** A histogram as plain numbers: counting is a short scan, and rendering is left to whoever asks. */
export class BucketCounts {
  /** Upper bounds, ascending; one more bucket follows for all beyond. */
  readonly bounds: readonly number[];
  readonly counts: number[];
  sum = 0;

  constructor(bounds: readonly number[]) {
    this.bounds = bounds;
    this.counts = new Array<number>(bounds.length + 1).fill(0);
  }

  /** @param times how often that value was seen */
  add(value: number, times = 1): void {
    const { bounds } = this;
    let bucket = 0;
    while (bucket < bounds.length && value > bounds[bucket]!) bucket++;
    this.counts[bucket]! += times;
    this.sum += value * times;
  }

  get total(): number {
    return this.counts.reduce((total, count) => total + count, 0);
  }
}

/** Of a promise: it is one of the bounds, so the part within it is exact. */
const SLO_MULTIPLES = [0.1, 0.2, 0.35, 0.5, 0.75, 0.9, 1, 1.25, 1.5, 2, 3, 5, 10, 20];
const DIGITS = 6;

export const sloBoundsS = (sloMs: number): readonly number[] =>
  SLO_MULTIPLES.map((multiple) => Number(((sloMs * multiple) / 1000).toPrecision(DIGITS)));

export const DURATION_BOUNDS_S: readonly number[] = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 40, 60, 120, 300, 600];
export const DECISION_BOUNDS_S: readonly number[] = [1e-6, 5e-6, 1e-5, 2.5e-5, 5e-5, 1e-4, 2.5e-4, 5e-4, 1e-3, 2.5e-3, 5e-3, 1e-2, 0.1];
export const RATIO_BOUNDS: readonly number[] = [0.01, 0.02, 0.05, 0.1, 0.2, 0.35, 0.5, 1, 2];

/** Buckets of an octave: 12.5 % wide at its lower end, 6.7 % at its upper one. */
const PER_OCTAVE = 8;
const FIRST_OCTAVE = -4;
const LAST_OCTAVE = 20;
/** From 0.0625 ms to 17 min; all that is shorter or longer shares the first or the last one. */
const BUCKETS = (LAST_OCTAVE - FIRST_OCTAVE) * PER_OCTAVE;

/** A number of 32 bits begins with its exponent and the first digits after it: a bucket's number, without a logarithm. */
const VALUE = new Float32Array(1);
const BITS = new Uint32Array(VALUE.buffer);
const BITS_BELOW = 20;
const EXPONENT_OF_ONE = 127;
const FIRST_BITS = (EXPONENT_OF_ONE + FIRST_OCTAVE) * PER_OCTAVE;

function bucketOf(valueMs: number): number {
  VALUE[0] = valueMs;
  const bucket = (BITS[0]! >>> BITS_BELOW) - FIRST_BITS;
  return bucket < 0 ? 0 : bucket >= BUCKETS ? BUCKETS - 1 : bucket;
}

/** Lower bound in ms. */
const boundOf = (bucket: number): number =>
  bucket === 0 ? 0 : 2 ** (FIRST_OCTAVE + Math.floor(bucket / PER_OCTAVE)) * (1 + (bucket % PER_OCTAVE) / PER_OCTAVE);

const FIRST_STEP_MS = 1000;
const FIRST_STEPS = 64;
const MOST_STEPS = 4096;
/** More digits would say more than a bucket does. */
const DIGITS = 4;

/** The value at a part of all counts, as if those of a bucket were spread evenly in it; null for none. */
function quantileOf(counts: Uint32Array, p: number): number | null {
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total === 0) return null;
  const rank = p * total;
  let seen = 0;
  let bucket = 0;
  while (bucket < BUCKETS - 1 && seen + counts[bucket]! < rank) seen += counts[bucket++]!;
  const [low, high] = [boundOf(bucket), boundOf(bucket + 1)];
  return Number((low + ((high - low) * (rank - seen)) / counts[bucket]!).toPrecision(DIGITS));
}

/**
 * Latencies in ms over time, for quantiles of any stretch later: to about a tenth, in memory that does not grow with their number.
 * Counts are of steps of one second, which double whenever there would be more than 4096 of them.
 */
export class LatencyOverTime {
  readonly #startMs: number;
  readonly #mostSteps: number;
  #stepMs = FIRST_STEP_MS;
  /** Of all steps, one after the other. */
  #counts = new Uint32Array(FIRST_STEPS * BUCKETS);
  /** The step that was added to last, and when it is: what comes next mostly falls into it, too. */
  #place = 0;
  #fromMs = Infinity;
  #untilMs = -Infinity;

  /** @param startMs where steps begin; what comes before counts in the first of them */
  constructor(startMs: number, mostSteps = MOST_STEPS) {
    this.#startMs = startMs;
    this.#mostSteps = mostSteps;
  }

  /** @param valueMs >= 0 @param atMs when it ended */
  add(valueMs: number, count: number, atMs: number): void {
    if (atMs < this.#fromMs || atMs >= this.#untilMs) this.#seek(atMs);
    this.#counts[this.#place + bucketOf(valueMs)]! += count;
  }

  /**
   * One for each part between edges, ascending; null where nothing ended. Parts finer than a step have that of their step; what lies
   * outside counts in the first and the last.
   */
  quantiles(edgesMs: readonly number[], p: number): (number | null)[] {
    const last = edgesMs.length - 2;
    const stepOf = (atMs: number): number => (atMs - this.#startMs) / this.#stepMs;
    return edgesMs.slice(0, -1).map((edgeMs, i) => {
      const from = i === 0 ? 0 : Math.floor(stepOf(edgeMs));
      const to = i === last ? this.#counts.length / BUCKETS : Math.max(from + 1, Math.ceil(stepOf(edgesMs[i + 1]!)));
      return quantileOf(this.#sum(from, to), p);
    });
  }

  #sum(from: number, to: number): Uint32Array {
    const sum = new Uint32Array(BUCKETS);
    const end = Math.min(to * BUCKETS, this.#counts.length);
    for (let place = from * BUCKETS; place < end; place++) sum[place % BUCKETS]! += this.#counts[place]!;
    return sum;
  }

  #seek(atMs: number): void {
    const stepOf = (): number => Math.max(0, Math.floor((atMs - this.#startMs) / this.#stepMs));
    while (stepOf() >= this.#mostSteps) this.#halve();
    const step = stepOf();
    this.#place = step * BUCKETS;
    this.#grow(this.#place + BUCKETS);
    this.#fromMs = step === 0 ? -Infinity : this.#startMs + step * this.#stepMs;
    this.#untilMs = this.#startMs + (step + 1) * this.#stepMs;
  }

  #grow(length: number): void {
    if (length <= this.#counts.length) return;
    const counts = new Uint32Array(Math.max(length, 2 * this.#counts.length));
    counts.set(this.#counts);
    this.#counts = counts;
  }

  /** In place: a step of the new length is two neighbours of the old. */
  #halve(): void {
    this.#stepMs *= 2;
    const counts = this.#counts;
    const [old, steps] = [Uint32Array.from(counts), counts.length / BUCKETS];
    counts.fill(0);
    for (let step = 0; step < steps; step++)
      for (let i = 0; i < BUCKETS; i++) counts[(step >> 1) * BUCKETS + i]! += old[step * BUCKETS + i]!;
  }
}

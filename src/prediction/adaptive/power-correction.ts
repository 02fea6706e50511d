import { median } from 'simple-statistics';
import { copyOf, initialState, learn, type FilterState } from './filter.ts';
import {
  alongKnots,
  BUSY_KNOTS,
  IDLE_KNOTS,
  placeAmong,
  placeBusy,
  placeIdle,
  powerModel,
  POWER_SIZE,
  varianceAlong,
  type KnotPlace,
} from './power-knots.ts';
import { ADAPTIVE_TUNABLES, type AdaptiveTunables } from './tunables.ts';

/** What the wrapped predictor says that was drawn at one clock: idle, and what work added (J or W, as the measured figure is). */
export interface ExpectedPower {
  readonly clockMhz: number;
  readonly idle: number;
  readonly above: number;
}

/** A meter's reading of a stretch of time, beside what was predicted of it. */
export interface PowerObservation {
  /** By clock; more than one where it changed. */
  readonly expected: readonly ExpectedPower[];
  readonly measured: number;
  readonly atMs: number;
}

/** Of a reading over half a second or more: what the meter's own lateness and a load that moves make of it. */
const POWER_TUNABLES: AdaptiveTunables = {
  ...ADAPTIVE_TUNABLES,
  limit: Math.log(2),
  mostMinor: 0.02,
  memoryS: 600,
  noiseSd: 0.04,
  noiseBounds: [0.005, 0.15],
};

/** Beyond the limit, by the median of so many readings, a profile is of another device, or its meter of other GPUs. */
const DOUBTFUL_READINGS = 12;
/** In standard deviations, where the profile was found to be wrong by as much as this. */
const HOPE = 2;
const WRONG = 0.05;
/** Between two knots it is known best where it was read: what is applied has points in between. */
const POINTS_PER_KNOT = 8;
const BUSY_POINTS = (BUSY_KNOTS - 1) * POINTS_PER_KNOT + 1;
/** A part that was predicted to be a smaller share than this of what was drawn is not told by it. */
const LEAST_EXPECTED = 1e-9;

const usable = ({ expected, measured, atMs }: PowerObservation): boolean =>
  measured > 0 &&
  Number.isFinite(measured) &&
  Number.isFinite(atMs) &&
  expected.every(({ clockMhz, idle, above }) => clockMhz > 0 && idle >= 0 && above >= 0 && Number.isFinite(clockMhz + idle + above));

/** The clock at which most of the work was done; null for idle time alone. */
const workedAt = (expected: readonly ExpectedPower[]): number | null => {
  const most = expected.reduce((best, one) => (one.above > best.above ? one : best));
  return most.above > 0 ? most.clockMhz : null;
};

/**
 * Follows what a meter shows of an instance: a factor on what work adds to its power and one on its idle power, each by clock. It is the
 * filter of latencies, linearised about what has been learnt, since a reading holds idle time and work, and maybe several clocks.
 */
export class PowerCorrection {
  readonly #range: readonly [number, number];
  readonly #model = powerModel();
  readonly #tunables: AdaptiveTunables;
  readonly #place: KnotPlace = { low: 0, part: 0 };
  #state: FilterState;
  /** Of the newest readings: measured over what the wrapped predictor says, logarithms. */
  #raw: number[] = [];
  /** What is applied, from the lowest to the highest clock. */
  readonly #busy = new Float64Array(BUSY_POINTS).fill(1);
  readonly #idle = new Float64Array(IDLE_KNOTS).fill(1);
  /** How well each of these is known. */
  readonly #busySd = new Float64Array(BUSY_POINTS);
  #clockMhz: number;

  constructor(clockRangeMhz: readonly [number, number], tunables: AdaptiveTunables = POWER_TUNABLES) {
    this.#range = clockRangeMhz;
    this.#tunables = tunables;
    this.#clockMhz = clockRangeMhz[1];
    this.#state = initialState(this.#model, tunables);
  }

  /** Readings that were believed. */
  get accepted(): number {
    return this.#state.accepted;
  }

  /** On what work adds to the power at a clock. */
  busyFactor(clockMhz: number): number {
    placeAmong(BUSY_POINTS, this.#range, clockMhz, this.#place);
    return alongKnots(this.#busy, this.#place);
  }

  idleFactor(clockMhz: number): number {
    placeAmong(IDLE_KNOTS, this.#range, clockMhz, this.#place);
    return alongKnots(this.#idle, this.#place);
  }

  /** On what work adds, at the clock at which work was read last. */
  get lastFactor(): number {
    return this.busyFactor(this.#clockMhz);
  }

  /** One standard deviation of a reading, as a part. */
  get noiseSd(): number {
    return this.#state.noiseSd;
  }

  /** Why nothing of this should be believed; null where it may. */
  get doubt(): string | null {
    if (this.#raw.length < DOUBTFUL_READINGS) return null;
    const ratio = Math.exp(median(this.#raw));
    if (Math.abs(Math.log(ratio)) <= this.#tunables.limit) return null;
    return `the meter shows ${ratio.toPrecision(2)} times the predicted power: another profile, or another GPU`;
  }

  /** @returns false for what is no reading */
  observe(observation: PowerObservation): boolean {
    if (!usable(observation)) return false;
    const row = { shares: new Float64Array(POWER_SIZE), bucket: -1 };
    const { plain, corrected } = this.#expect(observation.expected, row.shares);
    if (corrected < LEAST_EXPECTED || plain < LEAST_EXPECTED) return false;
    for (let i = 0; i < POWER_SIZE; i++) row.shares[i]! /= corrected;
    this.#raw.push(Math.log(observation.measured / plain));
    if (this.#raw.length > DOUBTFUL_READINGS) this.#raw.shift();
    let known = 0;
    for (let i = 0; i < POWER_SIZE; i++) known += row.shares[i]! * this.#state.values[i]!;
    const deviation = Math.log(observation.measured / corrected) + known;
    learn(this.#state, this.#model, { row, deviation, atMs: observation.atMs }, this.#tunables);
    this.#clockMhz = workedAt(observation.expected) ?? this.#clockMhz;
    this.#apply();
    return true;
  }

  reset(): void {
    this.#state = initialState(this.#model, this.#tunables);
    this.#raw = [];
    this.#busy.fill(1);
    this.#idle.fill(1);
  }

  get state(): FilterState {
    return copyOf(this.#state);
  }

  restore(state: FilterState): void {
    this.#state = copyOf(state);
    this.#raw = [];
    this.#apply();
  }

  /** Sums up what was predicted, as it is and with what has been learnt; writes each knot's part of the latter. */
  #expect(expected: readonly ExpectedPower[], parts: Float64Array): { readonly plain: number; readonly corrected: number } {
    const { values } = this.#state;
    let [plain, corrected] = [0, 0];
    for (const { clockMhz, idle, above } of expected) {
      plain += idle + above;
      for (const [placeOf, amount] of [
        [placeBusy, above],
        [placeIdle, idle],
      ] as const) {
        placeOf(this.#range, clockMhz, this.#place);
        const { low, part } = this.#place;
        const own = amount * Math.exp(alongKnots(values, this.#place));
        corrected += own;
        parts[low]! += own * (1 - part);
        parts[low + 1]! += own * part;
      }
    }
    return { plain, corrected };
  }

  /**
   * Standard deviations by which what has not been read is hoped to be better than expected, so that it is tried: none for a profile that is
   * right where it was read. Only power is hoped for, so whoever tries it keeps his promises.
   */
  #hope(): number {
    placeBusy(this.#range, this.#clockMhz, this.#place);
    return HOPE * Math.min(1, Math.abs(alongKnots(this.#state.values, this.#place)) / WRONG);
  }

  #apply(): void {
    const hope = this.#hope();
    for (let i = 0; i < BUSY_POINTS; i++) this.#busySd[i] = this.#sdAt(this.#atPoint(i));
    const knownSd = Math.min(...this.#busySd);
    for (let i = 0; i < BUSY_POINTS; i++) this.#busy[i] = this.#factorAt(this.#atPoint(i), hope * (this.#busySd[i]! - knownSd));
    for (let i = 0; i < IDLE_KNOTS; i++) {
      this.#place.low = BUSY_KNOTS;
      this.#place.part = i;
      this.#idle[i] = this.#factorAt(this.#place, 0);
    }
  }

  /** The place of a point of `#busy` among the knots. */
  #atPoint(point: number): KnotPlace {
    this.#place.low = Math.min(BUSY_KNOTS - 2, Math.floor(point / POINTS_PER_KNOT));
    this.#place.part = point / POINTS_PER_KNOT - this.#place.low;
    return this.#place;
  }

  #sdAt(place: KnotPlace): number {
    return Math.sqrt(Math.max(0, varianceAlong(this.#state.covariance, place)));
  }

  /** What is learnt, within its limit, less what may be nothing but noise. */
  #factorAt(place: KnotPlace, hope: number): number {
    const { limit, minorDeviations, minorNoise, mostMinor } = this.#tunables;
    const { values, noiseSd } = this.#state;
    const sd = this.#sdAt(place);
    const learnt = alongKnots(values, place) - hope;
    const minor = Math.min(mostMinor, Math.max(minorNoise * noiseSd, minorDeviations * sd));
    const applied = Math.abs(learnt) <= minor ? 0 : learnt - minor ** 2 / learnt;
    return Math.exp(Math.min(limit, Math.max(-limit, applied)));
  }
}

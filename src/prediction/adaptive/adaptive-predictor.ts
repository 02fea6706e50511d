import type { Role } from '../../domain/instance.ts';
import type { IterationLoad, Prediction, Predictor } from '../predictor.ts';
import { bucketOf } from './buckets.ts';
import { latencyModel, rowTimes, rowVariance, type FilterModel, type Row } from './covariance.ts';
import { DIRECTIONS, sharesOf, type Shares } from './directions.ts';
import { copyOf, initialState, learn, type FilterState, type Surprise } from './filter.ts';
import { PowerCorrection, type PowerObservation } from './power-correction.ts';
import { parseStored, storedOf, type StoredAdaptation } from './stored.ts';
import { ADAPTIVE_TUNABLES, type AdaptiveTunables } from './tunables.ts';

/** What one iteration, or the mean of a few alike, took in live operation. */
export interface LiveObservation {
  readonly load: IterationLoad;
  /** The locked clock, settled: what the predictor is asked with. */
  readonly clockMhz: number;
  readonly latencyMs: number;
  readonly atMs: number;
}

/** How much a predictor has learnt, for people. */
export interface Learnt {
  /** Observations that count, older ones less; all that were accepted, rejected as outliers, ignored as no numbers. */
  readonly effectiveSamples: number;
  readonly accepted: number;
  readonly rejected: number;
  readonly ignored: number;
  /** Sudden changes found. */
  readonly changes: number;
  /** What a prediction at the load observed last is changed by; 0 before the first. */
  readonly correctionPct: number;
  /** What work adds to the power is changed by at the clock at which work was read last; 0 before the first. */
  readonly powerCorrectionPct: number;
  /** Of one observation, one standard deviation. */
  readonly noisePct: number;
  readonly powerNoisePct: number;
  readonly powerAccepted: number;
  readonly frozen: boolean;
}

/** A predictor that follows its instance. */
export interface AdaptivePredictor extends Predictor {
  /** What it wraps: what readings of a meter are held against. */
  readonly base: Predictor;
  /** Why what is predicted should not be believed, however corrected; null where it may. */
  readonly doubt: string | null;
  observe(observation: LiveObservation): void;
  /** What a meter showed, beside what `base` says of the same time. */
  observePower(observation: PowerObservation): void;
  /** Observations are ignored until `thaw`; what was learnt holds. */
  freeze(): void;
  thaw(): void;
  /** Back to what the wrapped predictor says. */
  reset(): void;
  learnt(): Learnt;
  store(): StoredAdaptation;
  /** @throws VoltanaError when `stored` is damaged, or was learnt in another phase; nothing is changed then */
  restore(stored: unknown): void;
}

/** Observations of one instant are taken in an order of their own; a burst of more is split. */
const MOST_AT_ONCE = 16;

/** Far more than any instance runs at once: a reading beyond is none. */
const MOST_BATCH = 100_000;
const MOST_TOKENS = 1e9;

const positive = (value: number): boolean => Number.isFinite(value) && value > 0;
const percent = (deviation: number): number => 100 * (Math.exp(deviation) - 1);

const usable = ({ load, clockMhz, latencyMs, atMs }: LiveObservation): boolean =>
  positive(load.batch) &&
  load.batch <= MOST_BATCH &&
  load.tokens >= 0 &&
  load.tokens <= MOST_TOKENS &&
  positive(clockMhz) &&
  positive(latencyMs) &&
  Number.isFinite(atMs);

/** A total order: simultaneous observations teach the same in whatever order they come. */
function inOrder(a: Surprise, b: Surprise): number {
  let found = a.row.bucket - b.row.bucket || a.deviation - b.deviation;
  for (let i = 0; i < DIRECTIONS && found === 0; i++) found = a.row.shares[i]! - b.row.shares[i]!;
  return found;
}

class Adaptive implements AdaptivePredictor {
  readonly clockRangeMhz: Predictor['clockRangeMhz'];
  readonly evidence: Predictor['evidence'];
  readonly base: Predictor;
  readonly #phase: Role;
  readonly #tunables: AdaptiveTunables;
  readonly #shares: Shares;
  readonly #model: FilterModel;
  readonly #power: PowerCorrection;
  /** The row of the question at hand: one object for all of them. */
  readonly #asked = { shares: new Float64Array(DIRECTIONS), bucket: 0 };
  #state: FilterState;
  /** Before the observations of the newest instant, and those. */
  #before: FilterState;
  #instant: Surprise[] = [];
  #last: Row | null = null;
  #ignored = 0;
  #frozen = false;

  constructor(base: Predictor, phase: Role, tunables: AdaptiveTunables) {
    this.clockRangeMhz = base.clockRangeMhz;
    this.evidence = base.evidence;
    this.base = base;
    this.#phase = phase;
    this.#tunables = tunables;
    this.#shares = sharesOf(base, phase);
    this.#model = latencyModel(tunables);
    this.#power = new PowerCorrection(base.clockRangeMhz);
    this.#state = initialState(this.#model, tunables);
    this.#before = copyOf(this.#state);
  }

  get doubt(): string | null {
    return this.#power.doubt;
  }

  predict(load: IterationLoad, clockMhz: number): Prediction {
    const base = this.base.predict(load, clockMhz);
    const power = this.#power;
    if (this.#state.accepted === 0 && power.accepted === 0) return base;
    const idleW = base.idleW * power.idleFactor(clockMhz);
    return {
      latencyMs: this.#state.accepted === 0 ? base.latencyMs : this.#correctedMs(base.latencyMs, load, clockMhz),
      powerW: idleW + Math.max(0, base.powerW - base.idleW) * power.busyFactor(clockMhz),
      idleW,
      errorPct: base.errorPct,
      inRange: base.inRange,
    };
  }

  observe(observation: LiveObservation): void {
    if (this.#frozen) return;
    if (!usable(observation)) {
      this.#ignored++;
      return;
    }
    const { load, clockMhz, latencyMs, atMs } = observation;
    const deviation = Math.log(latencyMs / this.base.predict(load, clockMhz).latencyMs);
    if (!Number.isFinite(deviation)) {
      this.#ignored++;
      return;
    }
    this.#learn({ row: this.#rowOf(load, clockMhz), deviation, atMs });
  }

  observePower(observation: PowerObservation): void {
    if (!this.#frozen && !this.#power.observe(observation)) this.#ignored++;
  }

  freeze(): void {
    this.#frozen = true;
  }

  thaw(): void {
    this.#frozen = false;
  }

  reset(): void {
    this.#resume(initialState(this.#model, this.#tunables), null);
    this.#power.reset();
    this.#ignored = 0;
  }

  learnt(): Learnt {
    const { effective, accepted, rejected, changes, noiseSd } = this.#state;
    return {
      effectiveSamples: effective,
      accepted,
      rejected,
      ignored: this.#ignored,
      changes,
      correctionPct: this.#last === null ? 0 : percent(this.#correctionAt(this.#last)),
      powerCorrectionPct: 100 * (this.#power.lastFactor - 1),
      noisePct: 100 * noiseSd,
      powerNoisePct: 100 * this.#power.noiseSd,
      powerAccepted: this.#power.accepted,
      frozen: this.#frozen,
    };
  }

  store(): StoredAdaptation {
    return storedOf(this.#phase, this.#state, this.#last, this.#power.state);
  }

  restore(stored: unknown): void {
    const { state, last, power } = parseStored(stored, this.#phase);
    this.#resume(state, last);
    this.#power.restore(power);
  }

  #learn(surprise: Surprise): void {
    const sameInstant = this.#instant[0]?.atMs === surprise.atMs && this.#instant.length < MOST_AT_ONCE;
    if (!sameInstant) {
      this.#before = copyOf(this.#state);
      this.#instant = [];
    }
    this.#instant.push(surprise);
    if (this.#instant.length > 1) {
      this.#instant.sort(inOrder);
      this.#state = copyOf(this.#before);
    }
    const fresh = this.#instant.length > 1 ? this.#instant : [surprise];
    for (const one of fresh) learn(this.#state, this.#model, one, this.#tunables);
    this.#last = this.#instant.at(-1)!.row;
  }

  #resume(state: FilterState, last: Row | null): void {
    this.#state = state;
    this.#before = copyOf(state);
    this.#instant = [];
    this.#last = last;
  }

  #rowOf(load: IterationLoad, clockMhz: number): Row {
    const shares = new Float64Array(DIRECTIONS);
    this.#shares(load, clockMhz, shares);
    return { shares, bucket: bucketOf(this.#phase, load) };
  }

  #correctedMs(latencyMs: number, load: IterationLoad, clockMhz: number): number {
    this.#shares(load, clockMhz, this.#asked.shares);
    this.#asked.bucket = bucketOf(this.#phase, load);
    return latencyMs * Math.exp(this.#correctionAt(this.#asked));
  }

  /** What is learnt, within its limit, less what may be nothing but noise: a predictor that is right must not be made worse. */
  #correctionAt(row: Row): number {
    const { limit, minorDeviations, minorNoise, mostMinor } = this.#tunables;
    const { values, covariance, noiseSd } = this.#state;
    const learnt = rowTimes(row, values);
    const uncertain = minorDeviations * Math.sqrt(rowVariance(covariance, row));
    const minor = Math.min(mostMinor, Math.max(minorNoise * noiseSd, uncertain));
    if (Math.abs(learnt) <= minor) return 0;
    return Math.min(limit, Math.max(-limit, learnt - minor ** 2 / learnt));
  }
}

/** Wraps a predictor of one instance. Pure: it knows no time but that of the observations, and the same ones teach the same. */
export const adaptivePredictor = (base: Predictor, phase: Role, tunables: AdaptiveTunables = ADAPTIVE_TUNABLES): AdaptivePredictor =>
  new Adaptive(base, phase, tunables);

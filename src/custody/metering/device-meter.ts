import { counterBeganAnew, type DeviceReading } from '../../domain/device.ts';
import { energyOf, powerOf } from '../../domain/units.ts';
import { CounterTrust } from './counter-trust.ts';

/** What NVIDIA promises of its power sensors. */
const SENSOR_UNCERTAINTY_PCT = 5;
/** Of a counter that nothing can be held against. */
const UNCHECKED_UNCERTAINTY_PCT = 10;
/** Over a longer gap between two samples the power in between is a guess. */
const MOST_GAP_MS = 1000;
/** Gaps longer ago than this hardly count any more. */
const MEMORY_MS = 60_000;
/** Slopes over less than this are noise of the counter's steps. */
const LEAST_SLOPE_MS = 100;

export interface MeteredEnergy {
  /** Never falls. */
  readonly energyJ: number;
  readonly powerW: number;
  readonly source: 'counter' | 'integrated';
  readonly uncertaintyPct: number;
}

type Sample = Pick<DeviceReading, 'atMs' | 'instantW' | 'averageW' | 'counterJ'>;

const known = (value: number | null): number | null => (value !== null && Number.isFinite(value) && value >= 0 ? value : null);
const powerIn = ({ instantW, averageW }: Sample): number | null => known(instantW) ?? known(averageW);

/** A counter that takes a little back stands still until it has caught up: energy never falls, and none is told twice. */
const uncorrected = (last: Sample | null, sample: Sample): Sample => {
  const [from, to] = [known(last?.counterJ ?? null), known(sample.counterJ)];
  if (from === null || to === null || to >= from || counterBeganAnew(from, to)) return sample;
  return { ...sample, counterJ: last!.counterJ };
};

/** The energy of one device: from its counter once that is believed, from its power until then and whenever it is not. */
export class DeviceMeter {
  readonly #trust: CounterTrust;
  #last: Sample | null = null;
  #slopeFrom: { readonly atMs: number; readonly counterJ: number } | null = null;
  #energyJ = 0;
  #powerW: number | null = null;
  /** Time seen well and badly, the older the less. */
  #coveredMs = 0;
  #gapMs = 0;

  constructor(windowMs?: number) {
    this.#trust = new CounterTrust(windowMs);
  }

  /** Samples older than the last one add nothing. */
  add(told: Sample): void {
    const last = this.#last;
    if (last !== null && told.atMs <= last.atMs) return;
    const sample = uncorrected(last, told);
    this.#last = sample;
    if (last !== null) this.#step(last, sample);
    this.#powerW = powerIn(sample) ?? this.#slope(sample);
  }

  /** Null where nothing meters the device. */
  get energy(): MeteredEnergy | null {
    if (this.#last === null || this.#powerW === null) return null;
    const source = this.source!;
    return { energyJ: this.#energyJ, powerW: this.#powerW, source, uncertaintyPct: this.#uncertaintyPct(source) };
  }

  get source(): 'counter' | 'integrated' | null {
    if (this.#last === null) return null;
    const power = powerIn(this.#last);
    const counter = known(this.#last.counterJ);
    if (power === null) return counter === null ? null : 'counter';
    return this.#trust.accepted && counter !== null ? 'counter' : 'integrated';
  }

  /** Why so, for people; empty where nothing meters the device. */
  get reason(): string {
    if (this.#last === null || this.source === null) return '';
    const { instantW, counterJ } = this.#last;
    if (powerIn(this.#last) === null) return 'it has no power sensor that its counter could be checked against';
    if (this.source === 'counter') return this.#trust.reason;
    const sensor = known(instantW) === null ? 'averaged' : 'instant';
    return `from its ${sensor} power: ${counterJ === null ? 'it has no energy counter' : this.#trust.reason}`;
  }

  /** A counter alone tells a power only by its slope: another sample is needed. */
  get needsAnother(): boolean {
    return this.#last !== null && this.#powerW === null && known(this.#last.counterJ) !== null;
  }

  #step(last: Sample, sample: Sample): void {
    const durationMs = sample.atMs - last.atMs;
    const countedJ = this.#counted(last, sample);
    const integratedJ = integrate(last, sample, durationMs);
    const wasBelieved = this.#trust.accepted;
    if (countedJ === null || integratedJ === null || durationMs > MOST_GAP_MS) this.#trust.cut();
    else this.#trust.add({ durationMs, integratedJ, countedJ });
    const believed = wasBelieved || integratedJ === null ? countedJ : null;
    this.#energyJ += believed ?? integratedJ ?? 0;
    this.#cover(durationMs, believed !== null || (integratedJ !== null && durationMs <= MOST_GAP_MS));
  }

  /** Null where it does not tell, as over a fall: then another driver has begun to count. */
  #counted(last: Sample, sample: Sample): number | null {
    const [from, to] = [known(last.counterJ), known(sample.counterJ)];
    if (from === null || to === null) return null;
    if (to >= from) return to - from;
    this.#trust.restart('its counter fell: the driver was loaded anew, and the counter is not checked again yet');
    this.#slopeFrom = null;
    return null;
  }

  #slope({ atMs, counterJ: told }: Sample): number | null {
    const counterJ = known(told);
    if (counterJ === null) return null;
    this.#slopeFrom ??= { atMs, counterJ };
    const durationMs = atMs - this.#slopeFrom.atMs;
    if (durationMs < LEAST_SLOPE_MS) return this.#powerW;
    const powerW = powerOf(counterJ - this.#slopeFrom.counterJ, durationMs);
    this.#slopeFrom = { atMs, counterJ };
    return powerW;
  }

  #cover(durationMs: number, well: boolean): void {
    const left = Math.exp(-durationMs / MEMORY_MS);
    this.#coveredMs = this.#coveredMs * left + (well ? durationMs : 0);
    this.#gapMs = this.#gapMs * left + (well ? 0 : durationMs);
  }

  #uncertaintyPct(source: 'counter' | 'integrated'): number {
    const sensorPct = powerIn(this.#last!) === null ? UNCHECKED_UNCERTAINTY_PCT : SENSOR_UNCERTAINTY_PCT;
    const totalMs = this.#coveredMs + this.#gapMs;
    const gapPct = totalMs === 0 ? 0 : (100 * this.#gapMs) / totalMs;
    return source === 'counter' && gapPct === 0 ? sensorPct : Math.min(100, sensorPct + gapPct);
  }
}

/** The trapezoid between two samples; null where one of them has no power. */
const integrate = (last: Sample, sample: Sample, durationMs: number): number | null => {
  const [from, to] = [powerIn(last), powerIn(sample)];
  return from === null || to === null ? null : energyOf((from + to) / 2, durationMs);
};

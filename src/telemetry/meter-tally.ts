import type { MeterSample, MeterTrack } from './meter-sample.ts';

/** Samples of one instance that are kept at most, and of all instances together. */
const MOST_SAMPLES = 16_384;
const MOST_SAMPLES_IN_ALL = 262_144;
/** The newest of each instance stay as they are: only the end of the run tells where in them its energy ends. */
const NEWEST = 128;
/** Thinning fills no more than this part of the places, so that it is not needed again for every new sample. */
const FILLED = 0.75;

interface Limits {
  /** The run's span begins here. */
  readonly startMs: number;
  readonly most: () => number;
}

/**
 * One instance's samples, thinned out where they are many. Counters only lose resolution by that; a sample's clock becomes
 * the mean of what its neighbour held, and how long each clock held is counted before.
 */
class ThinnedTrack {
  readonly #limits: Limits;
  readonly #msAt = new Map<number, number>();
  #samples: MeterSample[] = [];
  #untilMs: number | null = null;
  #spacingMs = 0;

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  add(sample: MeterSample): void {
    // Of what came before the run only the last reading tells anything.
    if (this.#samples.length === 1 && sample.atMs <= this.#limits.startMs) this.#samples.pop();
    this.#samples.push(sample);
    if (this.#samples.length > this.#limits.most()) this.#thin();
  }

  track(): MeterTrack {
    const [{ instance, role }] = this.#samples as [MeterSample];
    const thinned = this.#untilMs === null ? {} : { thinned: { untilMs: this.#untilMs, msAt: this.#msAt } };
    return { instance, role, samples: this.#samples, ...thinned };
  }

  #thin(): void {
    const { most } = this.#limits;
    const old = this.#samples.length - NEWEST;
    for (let i = 0; i < old; i++) this.#settle(i);
    this.#untilMs = this.#samples[old]!.atMs;
    if (this.#spacingMs === 0) this.#spacingMs = (this.#untilMs - this.#samples[0]!.atMs) / old;
    this.#space(old);
    while (this.#samples.length > FILLED * most()) {
      this.#spacingMs *= 2;
      this.#space(this.#samples.length - NEWEST);
    }
  }

  /** Of the first so many samples, keeps those that lie far enough apart; and both between which the span begins. */
  #space(old: number): void {
    const kept: MeterSample[] = [this.#samples[0]!];
    for (let i = 1; i < old;) {
      let next = i + 1;
      while (next < old && this.#samples[next + 1]!.atMs - this.#samples[i]!.atMs <= this.#spacingMs && !this.#besideReset(next)) next++;
      kept.push(next === i + 1 ? this.#samples[i]! : this.#merged(i, next));
      i = next;
    }
    this.#samples = [...kept, ...this.#samples.slice(old)];
  }

  /** A reading beside a counter's reset stays, so that the reset shows. */
  #besideReset(i: number): boolean {
    const [before, here, after] = this.#samples.slice(i - 1, i + 2) as [MeterSample, MeterSample, MeterSample];
    return before.energyJ > here.energyJ || here.energyJ > after.energyJ;
  }

  /** Counts a clock once: a sample that has been thinned already is counted. */
  #settle(i: number): void {
    const { atMs, appliedMhz } = this.#samples[i]!;
    const fromMs = Math.max(atMs, this.#untilMs ?? this.#limits.startMs, this.#limits.startMs);
    const ms = this.#samples[i + 1]!.atMs - fromMs;
    const mhz = Math.round(appliedMhz);
    if (ms > 0) this.#msAt.set(mhz, (this.#msAt.get(mhz) ?? 0) + ms);
  }

  /** A sample that also stands for those that follow it, up to `end`: its clock is the mean of what held until then. */
  #merged(start: number, end: number): MeterSample {
    const part = this.#samples.slice(start, end + 1);
    let mhzMs = 0;
    for (let i = 1; i < part.length; i++) mhzMs += part[i - 1]!.appliedMhz * (part[i]!.atMs - part[i - 1]!.atMs);
    const ms = part.at(-1)!.atMs - part[0]!.atMs;
    return ms > 0 ? { ...part[0]!, appliedMhz: mhzMs / ms } : part[0]!;
  }
}

/** Meter readings of a run in memory that does not grow with its length. */
export class MeterTally {
  readonly #tracks = new Map<string, ThinnedTrack>();
  readonly #limits: Limits;

  /** @param startMs where the run's span begins @param mostInAll samples kept of all instances */
  constructor(startMs: number, mostInAll = MOST_SAMPLES_IN_ALL) {
    const most = (): number => Math.max(4 * NEWEST, Math.min(MOST_SAMPLES, Math.floor(mostInAll / this.#tracks.size)));
    this.#limits = { startMs, most };
  }

  /** Ascending in time for each instance. */
  add(sample: MeterSample): void {
    let track = this.#tracks.get(sample.instance);
    if (!track) this.#tracks.set(sample.instance, (track = new ThinnedTrack(this.#limits)));
    track.add(sample);
  }

  /** In order of the instances' first appearance. */
  tracks(): MeterTrack[] {
    return [...this.#tracks.values()].map((track) => track.track());
  }
}

import type { Role } from '../domain/instance.ts';
import type { MeterSample, MeterTrack } from './meter-sample.ts';

/** Samples of one instance that are kept at most, and of all instances together. */
const MOST_SAMPLES = 16_384;
const MOST_SAMPLES_IN_ALL = 262_144;
/** The newest of each instance stay as they are: only the end of the run tells where in them its energy ends. */
const NEWEST = 128;
/** Thinning fills no more than this part of the places, so that it is not needed again for every new sample. */
const FILLED = 0.75;

const FIRST_PLACES = 256;

/** Numbers of a sample, each in a column; NaN where it has none. */
type Columns = Readonly<Record<(typeof COLUMNS)[number], Float64Array>>;
const COLUMNS = ['atMs', 'energyJ', 'powerW', 'appliedMhz', 'requests'] as const;

const columnsOf = (places: number): Columns => ({
  atMs: new Float64Array(places),
  energyJ: new Float64Array(places),
  powerW: new Float64Array(places),
  appliedMhz: new Float64Array(places),
  requests: new Float64Array(places),
});

/** The same with room for twice as many. */
function grown(columns: Columns): Columns {
  const larger = columnsOf(2 * columns.atMs.length);
  for (const name of COLUMNS) larger[name].set(columns[name]);
  return larger;
}

interface Limits {
  /** The run's span begins here. */
  readonly startMs: number;
  readonly most: () => number;
}

/**
 * One instance's samples, thinned out where they are many. Counters only lose resolution by that; a sample's clock becomes
 * the mean of what its neighbour held, and how long each clock held is counted before. Kept as columns of numbers, since a long
 * simulation takes millions of them.
 */
class ThinnedTrack {
  readonly #limits: Limits;
  readonly #instance: string;
  readonly #role: Role;
  readonly #msAt = new Map<number, number>();
  #columns = columnsOf(FIRST_PLACES);
  #count = 0;
  #untilMs: number | null = null;
  #spacingMs = 0;

  constructor(limits: Limits, { instance, role }: MeterSample) {
    this.#limits = limits;
    this.#instance = instance;
    this.#role = role;
  }

  add({ atMs, energyJ, powerW, appliedMhz, requests }: MeterSample): void {
    // Of what came before the run only the last reading tells anything.
    if (this.#count === 1 && atMs <= this.#limits.startMs) this.#count = 0;
    if (this.#count === this.#columns.atMs.length) this.#columns = grown(this.#columns);
    const at = this.#count++;
    this.#columns.atMs[at] = atMs;
    this.#columns.energyJ[at] = energyJ;
    this.#columns.powerW[at] = powerW;
    this.#columns.appliedMhz[at] = appliedMhz;
    this.#columns.requests[at] = requests ?? NaN;
    if (this.#count > this.#limits.most()) this.#thin();
  }

  track(): MeterTrack {
    const { atMs, energyJ, powerW, appliedMhz, requests } = this.#columns;
    const [instance, role] = [this.#instance, this.#role];
    const samples = Array.from({ length: this.#count }, (_, i) => ({
      instance,
      role,
      atMs: atMs[i]!,
      energyJ: energyJ[i]!,
      powerW: powerW[i]!,
      appliedMhz: appliedMhz[i]!,
      ...(Number.isNaN(requests[i]) ? {} : { requests: requests[i]! }),
    }));
    const thinned = this.#untilMs === null ? {} : { thinned: { untilMs: this.#untilMs, msAt: this.#msAt } };
    return { instance, role, samples, ...thinned };
  }

  #thin(): void {
    const most = this.#limits.most();
    const { atMs } = this.#columns;
    const old = this.#count - NEWEST;
    for (let i = 0; i < old; i++) this.#settle(i);
    this.#untilMs = atMs[old]!;
    if (this.#spacingMs === 0) this.#spacingMs = (this.#untilMs - atMs[0]!) / old;
    this.#space(old);
    while (this.#count > FILLED * most) {
      this.#spacingMs *= 2;
      this.#space(this.#count - NEWEST);
    }
  }

  /** Of the first so many samples, keeps those that lie far enough apart; and both between which the span begins. In place. */
  #space(old: number): void {
    const { atMs, appliedMhz, requests } = this.#columns;
    let kept = 1;
    for (let i = 1; i < old;) {
      let next = i + 1;
      while (next < old && atMs[next + 1]! - atMs[i]! <= this.#spacingMs && !this.#besideReset(next)) next++;
      const mhz = this.#mean(appliedMhz, i, next);
      const running = this.#mean(requests, i, next);
      this.#copy(i, kept);
      appliedMhz[kept] = mhz;
      requests[kept++] = running;
      i = next;
    }
    for (let i = old; i < this.#count; i++) this.#copy(i, kept++);
    this.#count = kept;
  }

  #copy(from: number, to: number): void {
    const { atMs, energyJ, powerW, appliedMhz, requests } = this.#columns;
    atMs[to] = atMs[from]!;
    energyJ[to] = energyJ[from]!;
    powerW[to] = powerW[from]!;
    appliedMhz[to] = appliedMhz[from]!;
    requests[to] = requests[from]!;
  }

  /** A reading beside a counter's reset stays, so that the reset shows. */
  #besideReset(i: number): boolean {
    const { energyJ } = this.#columns;
    return energyJ[i - 1]! > energyJ[i]! || energyJ[i]! > energyJ[i + 1]!;
  }

  /** Counts a clock once: a sample that has been thinned already is counted. */
  #settle(i: number): void {
    const { atMs, appliedMhz } = this.#columns;
    const fromMs = Math.max(atMs[i]!, this.#untilMs ?? this.#limits.startMs, this.#limits.startMs);
    const ms = atMs[i + 1]! - fromMs;
    const mhz = Math.round(appliedMhz[i]!);
    if (ms > 0) this.#msAt.set(mhz, (this.#msAt.get(mhz) ?? 0) + ms);
  }

  /** What a sample tells that also stands for those that follow it, up to `end`: the mean of what held until then. */
  #mean(held: Float64Array, start: number, end: number): number {
    const { atMs } = this.#columns;
    const ms = atMs[end]! - atMs[start]!;
    if (end === start + 1 || !(ms > 0)) return held[start]!;
    let sum = 0;
    for (let i = start + 1; i <= end; i++) sum += held[i - 1]! * (atMs[i]! - atMs[i - 1]!);
    return sum / ms;
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
    if (!track) this.#tracks.set(sample.instance, (track = new ThinnedTrack(this.#limits, sample)));
    track.add(sample);
  }

  /** In order of the instances' first appearance. */
  tracks(): MeterTrack[] {
    return [...this.#tracks.values()].map((track) => track.track());
  }
}

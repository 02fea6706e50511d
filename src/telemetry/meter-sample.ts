import type { Role } from '../domain/instance.ts';

/** One reading of one instance's meter and clock. */
export interface MeterSample {
  readonly instance: string;
  readonly role: Role;
  /** Since the start of the run, on the same clock as the outcomes; see `sinceStart`. */
  readonly atMs: number;
  /** Cumulative, all GPUs of the instance; only differences mean anything. */
  readonly energyJ: number;
  readonly powerW: number;
  readonly appliedMhz: number;
  /** Prefill: prompts that wait or are under way. Decode: running requests. Null or left out where whoever reads the meter does not know. */
  readonly requests?: number | null;
}

/** Samples taken in `Time` milliseconds, moved to the run's own zero. */
export const sinceStart = <Sample extends MeterSample>(samples: readonly Sample[], startedAtMs: number): Sample[] =>
  samples.map((sample) => ({ ...sample, atMs: sample.atMs - startedAtMs }));

/** A stretch of a run, in ms since its start. */
export interface Interval {
  readonly startMs: number;
  readonly endMs: number;
}

export const durationOf = (interval: Interval): number => interval.endMs - interval.startMs;

/** `count` equal parts, in order; they share their ends exactly, so that what is counted in parts adds up. */
export const splitInterval = (interval: Interval, count: number): Interval[] => {
  const edge = (i: number): number => (i === count ? interval.endMs : interval.startMs + (durationOf(interval) * i) / count);
  return Array.from({ length: count }, (_, i) => ({ startMs: edge(i), endMs: edge(i + 1) }));
};

/** One instance's samples, ascending in time and never empty. */
export interface MeterTrack {
  readonly instance: string;
  readonly role: Role;
  readonly samples: readonly MeterSample[];
  /** How long each whole MHz held before `untilMs`, where the samples there were thinned out. */
  readonly thinned?: { readonly untilMs: number; readonly msAt: ReadonlyMap<number, number> };
}

/** Samples of all instances in any order -> one track each, in order of the instances' first appearance. */
export const tracksOf = (samples: readonly MeterSample[]): MeterTrack[] => {
  const byInstance = new Map<string, MeterSample[]>();
  for (const sample of samples) {
    const own = byInstance.get(sample.instance);
    if (own === undefined) byInstance.set(sample.instance, [sample]);
    else own.push(sample);
  }
  return [...byInstance.values()].map((own) => ({
    instance: own[0]!.instance,
    role: own[0]!.role,
    samples: own.sort((a, b) => a.atMs - b.atMs),
  }));
};

/** Index of the last sample at or before a time, -1 when all are later. */
export const lastAtOrBefore = (samples: readonly MeterSample[], atMs: number): number => {
  let low = 0;
  let high = samples.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (samples[middle]!.atMs <= atMs) low = middle + 1;
    else high = middle;
  }
  return low - 1;
};

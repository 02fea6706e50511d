import { energyOf, MS_PER_S } from '../domain/units.ts';
import type { WallReading } from '../ports/wall-meter.ts';
import type { Interval } from './meter-sample.ts';

/** Joules of an interval; or why they cannot be told. */
export type WallSum = { readonly energyJ: number; readonly uncertaintyJ: number } | { readonly problem: string };

/** Between readings this far apart nobody knows what was drawn. */
const MOST_SILENT_MS = 5000;

const atMsOf = ({ askedMs, answeredMs }: WallReading): number => (askedMs + answeredMs) / 2;

/** Those that matter to an interval: inside it, and the next ones beyond its ends. */
function around(readings: readonly WallReading[], { startMs, endMs }: Interval): readonly WallReading[] {
  const from = readings.findLastIndex((reading) => reading.answeredMs <= startMs);
  const to = readings.findIndex((reading) => reading.askedMs >= endMs);
  return from < 0 || to < 0 ? [] : readings.slice(from, to + 1);
}

const neighbours = (readings: readonly WallReading[]): [WallReading, WallReading][] =>
  readings.slice(1).map((reading, i) => [readings[i]!, reading]);

function silentMs(readings: readonly WallReading[]): number {
  return neighbours(readings).reduce((most, [before, after]) => Math.max(most, atMsOf(after) - atMsOf(before)), 0);
}

/** Straight between two readings. */
const valueAt = ([before, after]: readonly [WallReading, WallReading], atMs: number): number => {
  const [fromMs, toMs] = [atMsOf(before), atMsOf(after)];
  return toMs <= fromMs ? before.value : before.value + ((after.value - before.value) * (atMs - fromMs)) / (toMs - fromMs);
};

const between = (readings: readonly WallReading[], atMs: number): [WallReading, WallReading] => {
  const after = readings.findIndex((reading, i) => i > 0 && atMsOf(reading) >= atMs);
  return [readings[after - 1]!, readings[after]!];
};

/** What a counter showed at a time: the most likely, and how far off that may be, as it only rises from a reading before to one after. */
function shownAt(readings: readonly WallReading[], atMs: number): { readonly value: number; readonly offBy: number } {
  const value = valueAt(between(readings, atMs), atMs);
  const before = readings.findLast(({ answeredMs }) => answeredMs <= atMs)!.value;
  const after = readings.find(({ askedMs }) => askedMs >= atMs)!.value;
  return { value, offBy: Math.max(value - before, after - value) };
}

/** A counter that shows the same twice is renewed more seldom than it is read, or is coarse: it may be behind by its largest step. */
const behindJ = (steps: readonly number[]): number => (steps.includes(0) ? Math.max(...steps) : 0);

/** The difference of a counter. It was somewhere between the readings around each end; nobody knows where. */
function counted(readings: readonly WallReading[], { startMs, endMs }: Interval): WallSum {
  const steps = neighbours(readings).map(([before, after]) => after.value - before.value);
  if (steps.some((step) => step < 0)) return { problem: 'its counter fell: it was reset, or has begun anew' };
  if (steps.every((step) => step === 0))
    return { problem: 'its counter did not move: it stands still, or is too coarse for so short a time' };
  const [start, end] = [shownAt(readings, startMs), shownAt(readings, endMs)];
  return { energyJ: end.value - start.value, uncertaintyJ: start.offBy + end.offBy + behindJ(steps) };
}

/** One of each run of equal values, and the last one: when the meter was renewed, as far as anybody sees. */
const renewals = (readings: readonly WallReading[]): WallReading[] =>
  readings.filter(({ value }, i) => i === 0 || i === readings.length - 1 || value !== readings[i - 1]!.value);

/** The sum of trapezoids. Power that only rose or only fell between two renewals is off by half of their rectangle, at most. */
function integrated(readings: readonly WallReading[], { startMs, endMs }: Interval): WallSum {
  const parts = neighbours(readings).map((pair) => {
    const [fromMs, toMs] = [Math.max(startMs, atMsOf(pair[0])), Math.min(endMs, atMsOf(pair[1]))];
    return toMs <= fromMs ? 0 : energyOf((valueAt(pair, fromMs) + valueAt(pair, toMs)) / 2, toMs - fromMs);
  });
  const halves = neighbours(renewals(readings)).map(([before, after]) =>
    energyOf(Math.abs(after.value - before.value) / 2, atMsOf(after) - atMsOf(before)),
  );
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
  return { energyJ: sum(parts), uncertaintyJ: sum(halves) };
}

/**
 * Joules at the wall over an interval, with what lies between readings as the uncertainty; how well the meter itself measures is
 * not in it.
 * @param readings ascending in time; W, or J of a counter @param interval on their clock
 */
export function wallEnergy(quantity: 'energy' | 'power', readings: readonly WallReading[], interval: Interval): WallSum {
  const own = around(readings, interval);
  if (own.length < 2) return { problem: 'it has no reading before the beginning and after the end' };
  const silent = silentMs(own);
  if (silent > MOST_SILENT_MS) return { problem: `it was silent for ${(silent / MS_PER_S).toFixed(1)} s` };
  return quantity === 'energy' ? counted(own, interval) : integrated(own, interval);
}

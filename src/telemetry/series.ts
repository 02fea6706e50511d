import type { RunSeries, SeriesQuantiles } from '../domain/run-record.ts';
import { MS_PER_S } from '../domain/units.ts';
import type { LatencyOverTime } from '../statistics/latency-over-time.ts';
import type { TimeSums } from '../statistics/time-sums.ts';
import { meanPowerW } from './energy.ts';
import { durationOf, type Interval, type MeterTrack } from './meter-sample.ts';
import { meanClockMhz, meanRequests } from './residency.ts';
import type { LatenciesOverTime } from './run-tally.ts';

/** Points of one series at most, and of those of all instances together: a document stays small enough to be read. */
const MOST_POINTS = 4096;
const MOST_POINTS_IN_ALL = 131_072;
const FEWEST_POINTS = 64;

/** One second, doubled until the points are few enough. */
function stepMsOf(span: Interval, instances: number): number {
  const most = Math.max(FEWEST_POINTS, Math.min(MOST_POINTS, MOST_POINTS_IN_ALL / Math.max(1, instances)));
  let stepMs = MS_PER_S;
  while (durationOf(span) / stepMs > most) stepMs *= 2;
  return stepMs;
}

/** Whole steps since the span's start; the last one may be shorter. */
const stepsOf = (span: Interval, stepMs: number): Interval[] =>
  Array.from({ length: Math.ceil(durationOf(span) / stepMs) }, (_, i) => ({
    startMs: span.startMs + i * stepMs,
    endMs: Math.min(span.startMs + (i + 1) * stepMs, span.endMs),
  }));

/** Hundredths: enough for a mean of whole ones. */
const REQUEST_DIGITS = 2;

function requestsOf(track: MeterTrack, steps: readonly Interval[]): Pick<RunSeries['instances'][number], 'requests'> {
  if (!track.samples.some(({ requests }) => requests != null)) return {};
  const means = steps.map((step) => meanRequests(track, step));
  return { requests: means.map((mean) => mean && Number(mean.toFixed(REQUEST_DIGITS))) };
}

const quantilesOf = (latency: LatencyOverTime, edgesMs: readonly number[]): SeriesQuantiles => ({
  p50: latency.quantiles(edgesMs, 0.5),
  p95: latency.quantiles(edgesMs, 0.95),
});

interface Seen extends LatenciesOverTime {
  readonly tokens: TimeSums;
}

/**
 * One point for each second of the span, for every other one and so on where there are thousands: power, clocks, load, latencies, and
 * tokens of all answers, whatever became of them. `tS` is the start of each, in s since the span's start.
 */
export const runSeries = ({ tokens, ttftMs, itlMs }: Seen, tracks: readonly MeterTrack[], span: Interval): RunSeries => {
  const stepMs = stepMsOf(span, tracks.length);
  const steps = stepsOf(span, stepMs);
  const edgesMs = steps.length === 0 ? [] : [span.startMs, ...steps.map(({ endMs }) => endMs)];
  return {
    tS: steps.map((_, i) => (i * stepMs) / MS_PER_S),
    powerW: steps.map((step) => meanPowerW(tracks, step)),
    outputTokens: steps.length === 0 ? [] : tokens.parts(edgesMs),
    instances: tracks.map((track) => ({
      instance: track.instance,
      role: track.role,
      clockMhz: steps.map((step) => meanClockMhz(track, step)),
      powerW: steps.map((step) => meanPowerW([track], step)),
      ...requestsOf(track, steps),
    })),
    ttftMs: quantilesOf(ttftMs, edgesMs),
    itlMs: quantilesOf(itlMs, edgesMs),
  };
};

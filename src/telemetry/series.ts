import type { RequestOutcome } from '../domain/request.ts';
import type { RunSeries } from '../domain/run-record.ts';
import { MS_PER_S } from '../domain/units.ts';
import { meanPowerW } from './energy.ts';
import { durationOf, type Interval, type MeterTrack } from './meter-sample.ts';
import { meanClockMhz } from './residency.ts';
import { deliveriesOf } from './token-times.ts';

/** Whole seconds since the span's start; the last one may be shorter. */
const secondsOf = (span: Interval): Interval[] =>
  Array.from({ length: Math.ceil(durationOf(span) / MS_PER_S) }, (_, i) => ({
    startMs: span.startMs + i * MS_PER_S,
    endMs: Math.min(span.startMs + (i + 1) * MS_PER_S, span.endMs),
  }));

/** Tokens per second of the span, of all answers, whatever became of them. What fell outside counts at its edge. */
const tokensPerSecond = (outcomes: readonly RequestOutcome[], span: Interval, seconds: number): number[] => {
  const counts = new Array<number>(seconds).fill(0);
  for (const { atMs, tokens } of outcomes.flatMap(deliveriesOf)) {
    const second = Math.floor((atMs - span.startMs) / MS_PER_S);
    counts[Math.min(Math.max(second, 0), seconds - 1)]! += tokens;
  }
  return counts;
};

/** One point for each second of the span: power, clocks and tokens. `tS` is the start of each, in s since the span's start. */
export const runSeries = (outcomes: readonly RequestOutcome[], tracks: readonly MeterTrack[], span: Interval): RunSeries => {
  const seconds = secondsOf(span);
  return {
    tS: seconds.map((_, i) => i),
    powerW: seconds.map((second) => meanPowerW(tracks, second)),
    outputTokens: tokensPerSecond(seconds.length === 0 ? [] : outcomes, span, seconds.length),
    instances: tracks.map((track) => ({
      instance: track.instance,
      role: track.role,
      clockMhz: seconds.map((second) => meanClockMhz(track, second)),
      powerW: seconds.map((second) => meanPowerW([track], second)),
    })),
  };
};

import { mean } from 'simple-statistics';
import type { Role } from '../domain/instance.ts';
import type { RunRecord } from '../domain/run-record.ts';
import { durationOf, lastAtOrBefore, type Interval, type MeterSample, type MeterTrack } from './meter-sample.ts';

type Residency = RunRecord['clocks']['residency'];

/** A clock holds from its sample until the next one, as does a load; the first sample's also held before it. */
const holds = (track: MeterTrack, { startMs, endMs }: Interval, of: (sample: MeterSample) => number) => {
  const from = Math.max(lastAtOrBefore(track.samples, startMs), 0);
  const to = Math.max(lastAtOrBefore(track.samples, endMs), 0);
  return track.samples.slice(from, to + 1).map((sample, i, part) => {
    const since = i === 0 ? startMs : sample.atMs;
    return { held: of(sample), ms: (part[i + 1]?.atMs ?? endMs) - since };
  });
};

const clockOf = ({ appliedMhz }: MeterSample): number => appliedMhz;
const requestsOf = ({ requests }: MeterSample): number => requests ?? NaN;

const meanOf = (track: MeterTrack, interval: Interval, of: (sample: MeterSample) => number): number | null => {
  const ms = durationOf(interval);
  return ms > 0 ? holds(track, interval, of).reduce((sum, hold) => sum + hold.held * hold.ms, 0) / ms : null;
};

/** Time-weighted mean clock of one instance; null over no time. */
export const meanClockMhz = (track: MeterTrack, interval: Interval): number | null => meanOf(track, interval, clockOf);

/** Time-weighted mean of one instance's requests; null over no time, or where nobody told of them. */
export const meanRequests = (track: MeterTrack, interval: Interval): number | null => {
  const mean = meanOf(track, interval, requestsOf);
  return mean === null || Number.isNaN(mean) ? null : mean;
};

/** Fractions of time at each clock, highest clock first; they sum to 1 for every instance. */
export const clockResidency = (tracks: readonly MeterTrack[], interval: Interval): Residency =>
  durationOf(interval) <= 0 ? [] : tracks.flatMap((track) => instanceResidency(track, interval));

const instanceResidency = (track: MeterTrack, { startMs, endMs }: Interval): Residency => {
  const msAt = new Map(track.thinned?.msAt);
  const fromMs = Math.min(endMs, Math.max(startMs, track.thinned?.untilMs ?? startMs));
  // Whole MHz: a capped clock wanders by fractions that would each get a row of their own.
  for (const { held: mhz, ms } of holds(track, { startMs: fromMs, endMs }, clockOf))
    msAt.set(Math.round(mhz), (msAt.get(Math.round(mhz)) ?? 0) + ms);
  const allMs = [...msAt.values()].reduce((sum, ms) => sum + ms, 0);
  return [...msAt]
    .filter(([, ms]) => ms > 0)
    .sort(([a], [b]) => b - a)
    .map(([mhz, ms]) => ({ instance: track.instance, mhz, fraction: ms / allMs }));
};

/** Mean clock over the instances of a role; null when it has none. */
export const roleClockMhz = (tracks: readonly MeterTrack[], role: Role, interval: Interval): number | null => {
  const means = tracks.filter((track) => track.role === role).map((track) => meanClockMhz(track, interval));
  return means.length === 0 || means.includes(null) ? null : mean(means as number[]);
};

import type { Role } from '../domain/instance.ts';
import { ROLES } from '../domain/instance.ts';
import { energyOf, powerOf } from '../domain/units.ts';
import { durationOf, lastAtOrBefore, type Interval, type MeterTrack } from './meter-sample.ts';

/** How far beyond its first and last sample a track may be continued at their power. Further out is guessing. */
const MAX_EDGE_MS = 1000;

/** The counter at a time, by linear interpolation; null where the track does not reach. */
export const counterAt = (track: MeterTrack, atMs: number): number | null => {
  const { samples } = track;
  const index = lastAtOrBefore(samples, atMs);
  const before = samples[Math.max(index, 0)]!;
  const after = samples[index + 1];
  if (index < 0 || after === undefined) {
    if (Math.abs(atMs - before.atMs) > MAX_EDGE_MS) return null;
    return before.energyJ + energyOf(before.powerW, atMs - before.atMs);
  }
  return before.energyJ + ((after.energyJ - before.energyJ) * (atMs - before.atMs)) / (after.atMs - before.atMs);
};

/** A counter that runs backwards was reset: nothing across the reset can be told. */
const wasReset = (track: MeterTrack, { startMs, endMs }: Interval): boolean => {
  const from = Math.max(lastAtOrBefore(track.samples, startMs), 0);
  const to = lastAtOrBefore(track.samples, endMs) + 1;
  return track.samples.slice(from, to + 1).some((sample, i, part) => i > 0 && sample.energyJ < part[i - 1]!.energyJ);
};

/** Joules of one instance over an interval; null where its meter does not cover it or was reset within. */
export const trackEnergyJ = (track: MeterTrack, interval: Interval): number | null => {
  const start = counterAt(track, interval.startMs);
  const end = counterAt(track, interval.endMs);
  return start === null || end === null || wasReset(track, interval) ? null : end - start;
};

/** Joules of several instances; null when there are none or one of them cannot be told. */
export const energyJ = (tracks: readonly MeterTrack[], interval: Interval): number | null => {
  const parts = tracks.map((track) => trackEnergyJ(track, interval));
  return parts.length === 0 || parts.includes(null) ? null : parts.reduce<number>((sum, part) => sum + part!, 0);
};

/** Mean power of several instances in watts: what an idle stretch after draining costs, for instance. */
export const meanPowerW = (tracks: readonly MeterTrack[], interval: Interval): number | null => {
  const energy = energyJ(tracks, interval);
  return energy === null ? null : powerOf(energy, durationOf(interval));
};

const ofRole = (tracks: readonly MeterTrack[], role: Role): MeterTrack[] => tracks.filter((track) => track.role === role);

/** Joules by role; a role without instances has used none. Null when any instance cannot be told. */
export const energyByRole = (
  tracks: readonly MeterTrack[],
  interval: Interval,
): { readonly total: number; readonly prefill: number; readonly decode: number } | null => {
  if (energyJ(tracks, interval) === null) return null;
  const [prefill, decode] = ROLES.map((role) => energyJ(ofRole(tracks, role), interval) ?? 0) as [number, number];
  return { total: prefill + decode, prefill, decode };
};

import type { SavingSoFar } from '../domain/screen.ts';
import type { InstanceSnapshot, Snapshot } from '../domain/snapshot.ts';
import { energyOf, MS_PER_S } from '../domain/units.ts';

/** A run at one moment: time and energy since its first request. */
export interface TrackPoint {
  readonly atMs: number;
  readonly energyJ: number;
  readonly outputTokens: number;
  readonly powerW: number;
}

/** What was seen of a run so far. `zeroJ`: the fleet's counters at the first request, or when somebody began to look. */
export interface RunTrack {
  readonly zeroJ: number | null;
  /** Of somebody who began to look later: what had been before. Its points count from there. */
  readonly joined?: { readonly atMs: number; readonly outputTokens: number };
  readonly points: readonly TrackPoint[];
}

export const EMPTY_TRACK: RunTrack = { zeroJ: null, points: [] };

/** Earlier the ratio of two small numbers would jump about. */
const FROM_MS = 2000;
const FROM_TOKENS = 100;

/** Whoever looks from the start sees the first request within half a second; later its energy cannot be told from a meter's present power. */
const JOINED_AFTER_MS = 2000;

/** The meter's last reading, continued at its power: readings of a snapshot are up to half a second old. One that has fallen silent stands still. */
const counterJ = ({ energyJ, powerW, meteredAtMs }: InstanceSnapshot, atMs: number): number | null => {
  if (energyJ === null || meteredAtMs === null) return null;
  return powerW === null ? energyJ : energyJ + energyOf(powerW, atMs - meteredAtMs);
};

/** Of those that are metered now. */
const powerOf = (instances: readonly InstanceSnapshot[]): number => metered(instances).reduce((sum, { powerW }) => sum + (powerW ?? 0), 0);

/** The phase of an aggregated engine that shows its energy stands for both. */
const metered = (instances: readonly InstanceSnapshot[]): readonly InstanceSnapshot[] =>
  instances.filter(
    (one) =>
      one.energyJ !== null || !instances.some(({ id, domain, energyJ }) => id !== one.id && domain === one.domain && energyJ !== null),
  );

/** Null unless every instance can be told. */
const sumOf = (values: readonly (number | null)[]): number | null =>
  values.length === 0 || values.includes(null) ? null : values.reduce<number>((sum, value) => sum + value!, 0);

/** Where a track begins to count. */
function beginningOf({ atMs, firstRequestAtMs, outputTokens }: Snapshot): Pick<RunTrack, 'joined'> {
  return atMs - firstRequestAtMs! <= JOINED_AFTER_MS ? {} : { joined: { atMs, outputTokens } };
}

/** The track with one more snapshot; unchanged before the first request and where a meter is missing. */
export const extendTrack = (track: RunTrack, snapshot: Snapshot): RunTrack => {
  const { atMs, firstRequestAtMs, outputTokens, instances } = snapshot;
  const fleetJ = (at: number): number | null => sumOf(metered(instances).map((instance) => counterJ(instance, at)));
  const nowJ = fleetJ(atMs);
  if (firstRequestAtMs === null || nowJ === null) return track;
  const { joined } = track.zeroJ === null ? beginningOf(snapshot) : track;
  const from = joined ?? { atMs: firstRequestAtMs, outputTokens: 0 };
  const zeroJ = track.zeroJ ?? fleetJ(from.atMs)!;
  const seen = {
    atMs: atMs - from.atMs,
    energyJ: nowJ - zeroJ,
    outputTokens: outputTokens - from.outputTokens,
    powerW: powerOf(instances),
  };
  return { zeroJ, ...(joined ? { joined } : {}), points: [...track.points, seen] };
};

const between = (before: number, after: number, part: number): number => before + (after - before) * part;

/** The run at a time: between two snapshots by linear interpolation, after the last one at its power, which is that of a drained fleet. */
const trackAt = ({ points }: RunTrack, atMs: number): TrackPoint | null => {
  const index = points.findIndex((point) => point.atMs >= atMs);
  const last = points.at(-1);
  if (index < 0) return last ? { ...last, atMs, energyJ: last.energyJ + energyOf(last.powerW, atMs - last.atMs) } : null;
  const after = points[index]!;
  const before = points[index - 1];
  if (before === undefined) return after;
  const part = (atMs - before.atMs) / (after.atMs - before.atMs);
  return {
    atMs,
    energyJ: between(before.energyJ, after.energyJ, part),
    outputTokens: between(before.outputTokens, after.outputTokens, part),
    powerW: between(before.powerW, after.powerW, part),
  };
};

/** Joules per output token; null while there is too little to divide. */
export const joulesPerToken = (point: TrackPoint | null | undefined): number | null =>
  !point || point.outputTokens < FROM_TOKENS || point.atMs < FROM_MS ? null : point.energyJ / point.outputTokens;

/** The candidate's newest point against the baseline at the same time after its own first request. */
export const savingSoFar = (baseline: RunTrack, candidate: RunTrack): SavingSoFar | null => {
  const now = candidate.points.at(-1);
  if (!now) return null;
  const candidateJPerToken = joulesPerToken(now);
  const baselineJPerToken = joulesPerToken(trackAt(baseline, now.atMs));
  if (candidateJPerToken === null || baselineJPerToken === null) return null;
  return { savedPct: 100 * (1 - candidateJPerToken / baselineJPerToken), baselineJPerToken, candidateJPerToken, atS: now.atMs / MS_PER_S };
};

/** Mean watts of `columns` equal stretches of `spanMs`, up to the end of the track; a stretch without a snapshot repeats the last one. */
export const powerColumns = ({ points }: RunTrack, spanMs: number, columns: number): number[] => {
  const endMs = points.at(-1)?.atMs ?? -1;
  const watts: number[] = [];
  for (let column = 0; column < columns && (column * spanMs) / columns <= endMs; column++) {
    const [fromMs, toMs] = [(column * spanMs) / columns, ((column + 1) * spanMs) / columns];
    const within = points.filter((point) => point.atMs >= fromMs && point.atMs < toMs);
    const mean = within.reduce((sum, point) => sum + point.powerW, 0) / within.length;
    watts.push(within.length > 0 ? mean : (watts.at(-1) ?? points[0]!.powerW));
  }
  return watts;
};

export const spanMsOf = (...tracks: readonly RunTrack[]): number => Math.max(0, ...tracks.map(({ points }) => points.at(-1)?.atMs ?? 0));

import type { ProfilePoint } from '../../../domain/profile.ts';
import type { PlannedPoint } from '../../../ports/designer.ts';
import type { Random } from '../../../ports/random.ts';
import { fits, type Load, type LoadSpace } from './loads.ts';

/** What is known after some points: how well, and where two models of it contradict each other. */
export interface Surrogate {
  /** Of latency, on held-out points; null where nothing could be held out. */
  readonly heldOutPct: number | null;
  /** Between the two models' latencies; 0 where there is only one. */
  disagreementPct(load: Load, clockMhz: number): number;
}

/** @param points of one instance, valid ones only */
export type FitSurrogate = (points: readonly ProfilePoint[]) => Surrogate | null;

export interface Candidate extends Load {
  readonly clockMhz: number;
}

const POOL = 400;
/** Beyond, a disagreement says only that one model is lost there. */
const MOST_DISAGREEMENT_PCT = 40;

const between = ([low, high]: readonly [number, number], at: number): number => Math.round(low * (high / low) ** at);

/** Loads and clocks from all over the space, evenly in ratio, that fit in memory. */
export function candidates(space: LoadSpace, clocksMhz: readonly number[], random: Random): Candidate[] {
  const drawn = Array.from({ length: POOL }, () => ({
    batch: between(space.batch, random.next()),
    tokens: between(space.tokens, random.next()),
    clockMhz: clocksMhz[Math.floor(random.next() * clocksMhz.length)]!,
  }));
  return drawn.filter((candidate) => fits(space, candidate));
}

type Place = readonly [number, number, number];

/** Where something lies, every direction from 0 to 1. */
function placer(space: LoadSpace, clocksMhz: readonly number[]): (candidate: Candidate) => Place {
  const along = ([low, high]: readonly [number, number], value: number): number =>
    high > low ? Math.log(Math.max(value, 1) / low) / Math.log(high / low) : 0;
  const clocks = [clocksMhz[0]!, clocksMhz.at(-1)!] as const;
  return ({ batch, tokens, clockMhz }) => [along(space.batch, batch), along(space.tokens, tokens), along(clocks, clockMhz)];
}

const distance = (a: Place, b: Place): number => Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);

const placeOfPoint = ({ batch, contextTokens, promptTokens, requestedClockMhz }: ProfilePoint): Candidate => ({
  batch,
  tokens: contextTokens ?? promptTokens ?? 1,
  clockMhz: requestedClockMhz,
});

/**
 * The next points where least is known: where the two models contradict each other most, away from what was measured
 * and from each other.
 */
export function mostUncertain(
  pool: readonly Candidate[],
  measured: readonly ProfilePoint[],
  surrogate: Surrogate | null,
  { space, clocksMhz, count }: { readonly space: LoadSpace; readonly clocksMhz: readonly number[]; readonly count: number },
): PlannedPoint[] {
  const placeOf = placer(space, clocksMhz);
  const taken = measured.map((point) => placeOf(placeOfPoint(point)));
  const rated = pool.map((candidate) => {
    const place = placeOf(candidate);
    const doubtPct = Math.min(MOST_DISAGREEMENT_PCT, surrogate?.disagreementPct(candidate, candidate.clockMhz) ?? 0);
    const away = taken.reduce((least, other) => Math.min(least, distance(place, other)), Infinity);
    return { candidate, place, doubtPct, away };
  });
  const score = ({ away, doubtPct }: (typeof rated)[number]): number => away * (1 + doubtPct);
  const chosen: PlannedPoint[] = [];
  while (chosen.length < Math.min(count, rated.length)) {
    const best = rated.reduce((leader, one) => (score(one) > score(leader) ? one : leader));
    for (const one of rated) one.away = Math.min(one.away, distance(one.place, best.place));
    chosen.push({ ...best.candidate, why: `models differ by ${best.doubtPct.toFixed(0)} %` });
  }
  return chosen;
}

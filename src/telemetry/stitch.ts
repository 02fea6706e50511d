import type { RequestOutcome } from '../domain/request.ts';
import { counterAt } from './energy.ts';
import { tracksOf, type Interval, type MeterSample, type MeterTrack } from './meter-sample.ts';

/** The same request, so much later in the run. */
export const later = (outcome: RequestOutcome, byMs: number): RequestOutcome => {
  if (byMs === 0) return outcome;
  const moved = (atMs: number | null): number | null => (atMs === null ? null : atMs + byMs);
  return {
    ...outcome,
    intendedMs: outcome.intendedMs + byMs,
    sentMs: outcome.sentMs + byMs,
    firstTokenMs: moved(outcome.firstTokenMs),
    endMs: moved(outcome.endMs),
  };
};

/**
 * Meters of several stretches as if one had followed the other at once: what was drawn between them counts nowhere. A meter that does
 * not reach to a stretch's ends is left out of it, so that the run's energy shows a hole.
 */
export class StitchedMeters {
  readonly #countersJ = new Map<string, number>();

  /** @param span of the stretch, on its samples' clock @param byMs moves it to where it belongs */
  stretch(samples: readonly MeterSample[], span: Interval, byMs: number): MeterSample[] {
    return tracksOf(samples).flatMap((track) => this.#part(track, span, byMs));
  }

  #part(track: MeterTrack, { startMs, endMs }: Interval, byMs: number): MeterSample[] {
    const [startJ, endJ] = [counterAt(track, startMs), counterAt(track, endMs)];
    if (startJ === null || endJ === null) return [];
    const inside = track.samples.filter(({ atMs }) => atMs > startMs && atMs < endMs);
    const [first, last] = [inside[0] ?? track.samples[0]!, inside.at(-1) ?? track.samples.at(-1)!];
    const ends = [
      { ...first, atMs: startMs, energyJ: startJ },
      { ...last, atMs: endMs, energyJ: endJ },
    ] as const;
    // What was added since the stretch began, on top of what there was: in this order rounding never lets the counter fall.
    const beforeJ = this.#countersJ.get(track.instance) ?? 0;
    const stitchedJ = (energyJ: number): number => beforeJ + (energyJ - startJ);
    this.#countersJ.set(track.instance, stitchedJ(endJ));
    return [ends[0], ...inside, ends[1]].map((sample) => ({ ...sample, atMs: sample.atMs + byMs, energyJ: stitchedJ(sample.energyJ) }));
  }
}

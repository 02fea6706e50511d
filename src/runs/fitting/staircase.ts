import { median } from 'simple-statistics';
import type { FittedInstance, ProfilePoint } from '../../domain/profile.ts';
import type { Predictor } from '../../prediction/predictor.ts';
import type { Staircase } from '../../reporting/fit/curves.ts';

/** A step is a rise from one batch to the next that is large in itself and beside the rises around it. */
const LEAST_STEP = 0.02;
const ABOVE_OTHERS = 4;
/** How near a measured point must be to stand in a picture at other tokens. */
const NEAR = 0.15;

/** Batches at which latency rises at once. */
function stepsOf(points: Staircase['points']): number[] {
  const rises = points.slice(1).map(({ latencyMs }, i) => latencyMs / points[i]!.latencyMs - 1);
  if (rises.length === 0) return [];
  const usual = Math.max(0, median(rises));
  return rises.flatMap((rise, i) => (rise >= LEAST_STEP && rise >= ABOVE_OTHERS * usual ? [points[i + 1]!.batch] : []));
}

/** Latency against batch at the highest clock, with the steps that the fit has, and what was measured near it. */
export function staircaseOf(
  predictor: Predictor,
  { instance, range }: FittedInstance,
  tokensEach: number,
  measured: readonly ProfilePoint[],
): Staircase {
  const clockMhz = predictor.clockRangeMhz[1];
  const first = Math.max(1, Math.ceil(range.batch[0]));
  const points = Array.from({ length: Math.max(1, Math.floor(range.batch[1]) - first + 1) }, (_, i) => {
    const batch = first + i;
    return { batch, latencyMs: predictor.predict({ batch, tokens: batch * tokensEach }, clockMhz).latencyMs };
  });
  const near = measured.filter(
    ({ requestedClockMhz, contextTokens = 0 }) => requestedClockMhz === clockMhz && Math.abs(contextTokens / tokensEach - 1) <= NEAR,
  );
  return { instance, clockMhz, points, steps: stepsOf(points), measured: near.map(({ batch, latencyMs }) => ({ batch, latencyMs })) };
}

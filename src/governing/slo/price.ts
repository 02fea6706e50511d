import type { Prediction } from '../../prediction/predictor.ts';
import type { GoverningQuestion } from '../governor.ts';
import type { SloTunables } from './tunables.ts';

/**
 * What watts above an idle instance are taken for: more with the latency that they bring, so that the fastest of nearly equal
 * clocks wins, and more at any clock but the one in force, since a transition takes time and a place in the rate limit.
 */
export function priceOf(
  { currentMhz }: GoverningQuestion,
  { minSaving }: SloTunables,
  clockMhz: number,
  aboveIdleW: number,
  latencyWorth: number,
): number {
  return aboveIdleW * (1 + latencyWorth) * (clockMhz === currentMhz ? 1 : 1 + minSaving);
}

const PERCENT = 100;

/** Latency at the upper end of its interval (ms). */
export const cautiousMs = ({ latencyMs, errorPct }: Prediction, { unknownError }: SloTunables): number =>
  latencyMs * (1 + (errorPct === null ? unknownError : errorPct.latency / PERCENT));

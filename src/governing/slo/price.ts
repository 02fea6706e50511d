import type { Prediction } from '../../prediction/predictor.ts';
import type { SloTunables } from './tunables.ts';

const PERCENT = 100;

/** Latency at the upper end of its interval (ms). */
export const cautiousMs = ({ latencyMs, errorPct }: Prediction, { unknownError }: SloTunables): number =>
  latencyMs * (1 + (errorPct === null ? unknownError : errorPct.latency / PERCENT));

import type { Instance } from '../../../domain/instance.ts';
import { noPredictor } from '../../../prediction/no-predictor.ts';
import type { AdaptivePredictor } from '../../../prediction/adaptive/adaptive-predictor.ts';
import type { Predictor } from '../../../prediction/predictor.ts';
import type { Load } from '../../../telemetry/load.ts';

/** Observed against predicted: further apart, and it is another device, or no prediction. */
const MOST_OFF = 3;
const PERCENT = 100;

export interface PredictedInstance extends Instance {
  readonly predictor: Predictor;
  readonly learning?: AdaptivePredictor;
}

const iterationOf = (load: Load): { readonly batch: number; readonly tokens: number } =>
  load.phase === 'prefill'
    ? { batch: 1, tokens: Math.max(1, load.waitingTokens) }
    : { batch: Math.max(1, load.batch), tokens: load.kvTokens };

const usable = (value: number): boolean => Number.isFinite(value) && value > 0;

/** Why what is predicted for the present load is no prediction; null where it is one. */
export function invalidPrediction({ predictor }: PredictedInstance, load: Load, clockMhz: number): string | null {
  if (predictor === noPredictor) return null;
  const [lowestMhz, highestMhz] = predictor.clockRangeMhz;
  const { latencyMs, powerW } = predictor.predict(iterationOf(load), Math.min(highestMhz, Math.max(lowestMhz, clockMhz)));
  if (!usable(latencyMs)) return `it predicts ${latencyMs} ms`;
  return usable(powerW) ? null : `it predicts ${powerW} W`;
}

/** Why what is predicted is too far from what is seen; null where it is not, or nothing was seen. */
export function farOff(instance: PredictedInstance, load: Load, clockMhz: number, gapMs: number | null): string | null {
  const { predictor, learning } = instance;
  if (predictor === noPredictor) return null;
  const correction = 1 + (learning?.learnt().correctionPct ?? 0) / PERCENT;
  if (correction > MOST_OFF || correction < 1 / MOST_OFF) return `what is seen takes ${correction.toFixed(1)} times what its profile says`;
  if (learning || load.phase === 'prefill' || load.batch === 0 || gapMs === null) return null;
  const [lowestMhz, highestMhz] = predictor.clockRangeMhz;
  const { latencyMs } = predictor.predict(iterationOf(load), Math.min(highestMhz, Math.max(lowestMhz, clockMhz)));
  const ratio = gapMs / latencyMs;
  return ratio > MOST_OFF || ratio < 1 / MOST_OFF ? `gaps between tokens are ${ratio.toFixed(1)} times what it predicts` : null;
}

import { mean } from 'simple-statistics';
import type { FitQuality, ProfileDocument, ProfilePoint } from '../../domain/profile.ts';
import { fittedPredictor } from '../fitted-predictor.ts';
import { fitInstance } from './fit-instance.ts';
import { groupBy, tokensOf } from './samples.ts';

interface HeldOut {
  readonly latencyMs: { readonly measured: number; readonly predicted: number };
  readonly powerW: { readonly measured: number; readonly predicted: number };
}

type Pair = HeldOut['latencyMs'];

const mapePct = (pairs: readonly Pair[]): number =>
  100 * mean(pairs.map(({ measured, predicted }) => Math.abs(predicted - measured) / measured));

function r2(pairs: readonly Pair[]): number | null {
  const centre = mean(pairs.map(({ measured }) => measured));
  const total = pairs.reduce((sum, { measured }) => sum + (measured - centre) ** 2, 0);
  const residual = pairs.reduce((sum, { measured, predicted }) => sum + (measured - predicted) ** 2, 0);
  return total > 0 ? 1 - residual / total : null;
}

/** The point, and what a fit says of it that has seen every other point of its instance. */
function heldOut(point: ProfilePoint, others: readonly ProfilePoint[], idle: ProfileDocument['idle'], gpuCount: number): HeldOut {
  const predictor = fittedPredictor(fitInstance(others, idle, gpuCount), 'measured');
  const predicted = predictor.predict({ batch: point.batch, tokens: tokensOf(point) }, point.requestedClockMhz);
  return {
    latencyMs: { measured: point.latencyMs, predicted: predicted.latencyMs },
    powerW: { measured: point.powerW * gpuCount, predicted: predicted.powerW },
  };
}

/** Leave-one-out errors of a phase over all instances; nulls when there are too few points to leave one out. */
export function heldOutQuality(points: readonly ProfilePoint[], idle: ProfileDocument['idle'], gpuCount: number): FitQuality {
  const results: HeldOut[] = [];
  for (const own of groupBy(points, ({ instance }) => instance).values()) {
    for (const point of own) {
      const others = own.filter((other) => other !== point);
      const atSameClock = others.filter((other) => other.requestedClockMhz === point.requestedClockMhz);
      if (atSameClock.length >= 2) results.push(heldOut(point, others, idle, gpuCount));
    }
  }
  if (results.length === 0) return { latencyMapePct: null, powerMapePct: null, r2: null, heldOutPoints: 0 };
  const latency = results.map((result) => result.latencyMs);
  return {
    latencyMapePct: mapePct(latency),
    powerMapePct: mapePct(results.map((result) => result.powerW)),
    r2: r2(latency),
    heldOutPoints: results.length,
  };
}

import { mean } from 'simple-statistics';
import type { FitIntervals, FitQuality } from '../../domain/profile.ts';
import { quantile } from '../../statistics/quantile.ts';
import type { IterationLoad, Prediction } from '../predictor.ts';
import type { FitPoint } from './fit-point.ts';

/** What a fit says of a load. */
export type Answers = (load: IterationLoad, clockMhz: number) => Pick<Prediction, 'latencyMs' | 'powerW'>;

/** A point, and what a fit says of it that has not seen it. */
export interface HeldOut {
  readonly point: FitPoint;
  readonly latencyMs: number;
  readonly powerW: number;
}

export const heldOutBy = (answers: Answers, points: readonly FitPoint[]): HeldOut[] =>
  points.map((point) => {
    const { latencyMs, powerW } = answers(point, point.clockMhz);
    return { point, latencyMs, powerW };
  });

const mapePct = (results: readonly HeldOut[], key: 'latencyMs' | 'powerW'): number =>
  100 * mean(results.map((result) => Math.abs(result[key] / result.point[key] - 1)));

function r2(results: readonly HeldOut[]): number | null {
  const centre = mean(results.map(({ point }) => point.latencyMs));
  const total = results.reduce((sum, { point }) => sum + (point.latencyMs - centre) ** 2, 0);
  const residual = results.reduce((sum, { point, latencyMs }) => sum + (point.latencyMs - latencyMs) ** 2, 0);
  return total > 0 ? 1 - residual / total : null;
}

/** Nulls when nothing was held out. */
export function qualityOf(results: readonly HeldOut[]): FitQuality {
  if (results.length === 0) return { latencyMapePct: null, powerMapePct: null, r2: null, heldOutPoints: 0 };
  return {
    latencyMapePct: mapePct(results, 'latencyMs'),
    powerMapePct: mapePct(results, 'powerW'),
    r2: r2(results),
    heldOutPoints: new Set(results.map(({ point }) => point)).size,
  };
}

const COVERED = 0.95;
/** With fewer, the largest of them bounds less than it says. */
const LEAST_FOR_INTERVAL = 19;

/** The rank is that of the next measurement among these, so that it stays below with the probability promised. */
function coveringPct(results: readonly HeldOut[], key: 'latencyMs' | 'powerW'): number {
  const errors = results.map((result) => Math.abs(result.point[key] / result[key] - 1));
  return 100 * quantile(errors, Math.min(1, (COVERED * (errors.length + 1)) / errors.length))!;
}

/** Relative to the prediction. Null when too few points were held out to tell. */
export const intervalsOf = (results: readonly HeldOut[]): FitIntervals | null =>
  results.length < LEAST_FOR_INTERVAL ? null : { latencyPct: coveringPct(results, 'latencyMs'), powerPct: coveringPct(results, 'powerW') };

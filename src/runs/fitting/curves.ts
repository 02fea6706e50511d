import { median } from 'simple-statistics';
import type { Role } from '../../domain/instance.ts';
import type { FittedDocument, FittedInstance, ProfilePoint } from '../../domain/profile.ts';
import { fittedPredictor } from '../../prediction/fitted-predictor.ts';
import type { Predictor } from '../../prediction/predictor.ts';
import type { PhaseCurves, Staircase } from '../../reporting/fit/curves.ts';
import type { FitResult } from './fit.ts';
import { loadCurve } from './load-curve.ts';

const CLOCK_STEP_MHZ = 15;
/** Where neither the range nor a measurement tells. */
const TOKENS_EACH = 1024;
const LOADS = [0.2, 0.5, 0.8] as const;
/** A step is a rise from one batch to the next that is large in itself and beside the rises around it. */
const LEAST_STEP = 0.02;
const ABOVE_OTHERS = 4;
/** How near a measured point must be to stand in a picture at other tokens. */
const NEAR = 0.15;
const MS_PER_S = 1000;

const tokensOf = ({ contextTokens, promptTokens }: ProfilePoint): number => contextTokens ?? promptTokens ?? 0;

function tokensEachOf({ range, phase }: FittedInstance, own: readonly ProfilePoint[]): number {
  if (own.length > 0) return Math.round(median(own.map(tokensOf)));
  if (range.tokens[1] === 0) return TOKENS_EACH;
  return Math.round(phase === 'prefill' ? (range.tokens[0] + range.tokens[1]) / 2 : range.tokens[1] / range.batch[1]);
}

/** All clocks of the card between the lowest and the highest that the fit knows. */
function clocksOf({ clockRangeMhz: [low, high] }: Predictor, { cards }: FittedDocument): number[] {
  const step = cards?.gpu.clock.stepMhz ?? CLOCK_STEP_MHZ;
  const between = Array.from({ length: Math.floor((high - low) / step) + 1 }, (_, i) => low + i * step);
  return between.at(-1) === high ? between : [...between, high];
}

function staircaseOf(predictor: Predictor, instance: FittedInstance, tokensEach: number, own: readonly ProfilePoint[]): Staircase {
  const clockMhz = predictor.clockRangeMhz[1];
  const [low, high] = instance.range.batch;
  const points = Array.from({ length: Math.max(1, Math.floor(high) - Math.max(1, low) + 1) }, (_, i) => {
    const batch = Math.max(1, Math.ceil(low)) + i;
    return { batch, latencyMs: predictor.predict({ batch, tokens: batch * tokensEach }, clockMhz).latencyMs };
  });
  const rises = points.slice(1).map(({ latencyMs }, i) => latencyMs / points[i]!.latencyMs - 1);
  const usual = rises.length === 0 ? 0 : median(rises);
  const steps = rises.flatMap((rise, i) => (rise >= LEAST_STEP && rise >= ABOVE_OTHERS * usual ? [points[i + 1]!.batch] : []));
  const near = own.filter((point) => point.requestedClockMhz === clockMhz && Math.abs(tokensOf(point) / tokensEach - 1) <= NEAR);
  return { clockMhz, points, steps, measured: near.map(({ batch, latencyMs }) => ({ batch, latencyMs })) };
}

/** Three loads: the lightest, a middle one and the heaviest of the DVFS table, or parts of what the highest clock can serve. */
function loadsOf(predictor: Predictor, { phase, range }: FittedInstance, fitted: FittedDocument, tokensEach: number): readonly number[] {
  const table = fitted.dvfs[phase].map(({ tokensPerS }) => tokensPerS);
  if (table.length > 0) return [...new Set([table[0]!, table[Math.floor(table.length / 2)]!, table.at(-1)!])];
  const batch = phase === 'decode' ? Math.floor(range.batch[1]) : 1;
  const { latencyMs } = predictor.predict({ batch, tokens: batch * tokensEach }, predictor.clockRangeMhz[1]);
  const most = ((phase === 'decode' ? batch : tokensEach) / latencyMs) * MS_PER_S;
  return LOADS.map((part) => part * most);
}

function curvesOf(phase: Role, { fitted, measured }: FitResult): PhaseCurves | null {
  const [instance, ...others] = fitted.instances.filter((each) => each.phase === phase);
  if (!instance) return null;
  const predictor = fittedPredictor(instance, fitted);
  const own = (measured?.points ?? []).filter((point) => point.valid && point.instance === instance.instance);
  const tokensEach = tokensEachOf(instance, own);
  const asked = { predictor, phase, tokensEach, mostBatch: Math.floor(instance.range.batch[1]) };
  const clocksMhz = clocksOf(predictor, fitted);
  return {
    phase,
    instance: instance.instance,
    others: others.length,
    tokensEach,
    loads: loadsOf(predictor, instance, fitted, tokensEach).map((tokensPerS) => loadCurve(asked, tokensPerS, clocksMhz)),
    staircase: phase === 'decode' ? staircaseOf(predictor, instance, tokensEach, own) : null,
  };
}

/** What a fit says, drawn out for its plots: the first instance of each phase. */
export const fitCurves = (result: FitResult): PhaseCurves[] =>
  (['prefill', 'decode'] as const).flatMap((phase) => curvesOf(phase, result) ?? []);

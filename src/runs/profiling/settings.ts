import type { PowerMeter } from '../../ports/power-meter.ts';

/** How carefully points are measured. */
export interface MeasureSettings {
  /** Half width of the latency's 95 % interval that is good enough (percent). */
  readonly precisionPct: number;
  /** Shortest measuring of a point once it is stable: power sensors need their time. */
  readonly minMs: number;
  /** Longest measuring of a point, warm-up included. */
  readonly limitMs: number;
  /** A block of whole iterations is one reading of the latency; at least so long, and so many of them (decode). */
  readonly block: { readonly minMs: number; readonly iterations: number };
  readonly minBlocks: number;
  /** The latency is stable when so many successive readings lie within the tolerance of their median; null takes it as it is. */
  readonly stable: { readonly readings: number; readonly tolerancePct: number } | null;
  /** A latency that is not known better than this is no measurement. */
  readonly unstablePct: number;
  /** Prompts in flight. Two keep the GPU busy, so that the time between two answers is an iteration; one is timed by itself, HTTP included. */
  readonly inFlight: 1 | 2;
  /** Window for the power of an idle GPU at each clock. */
  readonly idleMs: number;
}

/** For a profile that others build on. */
export const THOROUGH: MeasureSettings = {
  precisionPct: 1,
  minMs: 1000,
  limitMs: 8000,
  block: { minMs: 60, iterations: 5 },
  minBlocks: 3,
  stable: { readings: 3, tolerancePct: 3 },
  unstablePct: 10,
  inFlight: 2,
  idleMs: 500,
};

/** A block holds so many of the meter's readings at least: its samples are the counter's cross-check. */
const REFRESHES_PER_BLOCK = 3;
/** A point may take so many of its shortest windows: it has to become stable first. */
const WINDOWS_PER_POINT = 3;

/** The same care with windows as long as the meter needs them. */
export function suitedTo({ sampling }: Pick<PowerMeter, 'sampling'>, settings: MeasureSettings): MeasureSettings {
  if (!sampling) return settings;
  const { refreshMs, leastWindowMs } = sampling;
  return {
    ...settings,
    minMs: Math.max(settings.minMs, leastWindowMs),
    limitMs: Math.max(settings.limitMs, WINDOWS_PER_POINT * leastWindowMs),
    idleMs: Math.max(settings.idleMs, leastWindowMs),
    block: { ...settings.block, minMs: Math.max(settings.block.minMs, REFRESHES_PER_BLOCK * refreshMs) },
  };
}

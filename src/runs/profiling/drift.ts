import type { Drift, ProfilePoint } from '../../domain/profile.ts';

const changePct = (from: number, to: number): number => 100 * (to / from - 1);

const largest = (values: readonly number[]): number => values.reduce((most, value) => (Math.abs(value) > Math.abs(most) ? value : most), 0);

/** What two intervals leave open cannot be told from noise. */
const doubt = (first: ProfilePoint, later: ProfilePoint): number => (first.latencyCi95Pct ?? 0) + (later.latencyCi95Pct ?? 0);

const drifted = (first: ProfilePoint, later: ProfilePoint, precisionPct: number): boolean =>
  Math.abs(changePct(first.latencyMs, later.latencyMs)) > Math.max(precisionPct, doubt(first, later));

/** A repeated control point says so itself when the device is not any more what it was at the first one. */
export function asControl(point: ProfilePoint, first: ProfilePoint | undefined, precisionPct: number): ProfilePoint {
  const control = { ...point, control: true };
  if (!first || point.samples === 0 || !drifted(first, point, precisionPct)) return control;
  const change = changePct(first.latencyMs, point.latencyMs);
  const reason = `the device drifted: latency ${change > 0 ? '+' : ''}${change.toFixed(1)} % since the first control point`;
  return { ...control, valid: false, reasons: [...point.reasons, reason] };
}

/** The largest change from the first control point of an instance; nothing for fewer than two of them. */
export function driftOf(points: readonly ProfilePoint[], precisionPct: number): Drift[] {
  const [first, ...later] = points.filter(({ control, samples }) => control && samples > 0);
  if (!first || later.length === 0) return [];
  return [
    {
      instance: first.instance,
      phase: first.phase,
      controls: later.length + 1,
      latencyPct: largest(later.map((point) => changePct(first.latencyMs, point.latencyMs))),
      powerPct: largest(later.map((point) => changePct(first.powerW, point.powerW))),
      beyondPrecision: later.some((point) => drifted(first, point, precisionPct)),
    },
  ];
}

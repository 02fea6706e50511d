import type { FittedInstance, FittedLevel, ProfileDocument, ProfilePoint } from '../../domain/profile.ts';
import { fitLinear } from './linear.ts';
import { groupBy, sampleOf, tokensOf } from './samples.ts';

type Idle = ProfileDocument['idle'];

/** Idle power at a clock: measured there, or at the nearest clock at which it was. All GPUs of the instance (watts). */
function idleAt(idle: Idle, instance: string, clockMhz: number, gpuCount: number): number {
  const own = idle.filter((entry) => entry.instance === instance);
  const nearest = [...own].sort((a, b) => Math.abs(a.clockMhz - clockMhz) - Math.abs(b.clockMhz - clockMhz))[0];
  return (nearest?.powerW ?? 0) * gpuCount;
}

const fitLevel = (points: readonly ProfilePoint[], idleW: number): FittedLevel => ({
  clockMhz: points[0]!.clockMhz,
  latencyMs: fitLinear(points.map((point) => sampleOf(point, 'latencyMs'))),
  energyJ: fitLinear(points.map((point) => sampleOf(point, 'energyJ'))),
  idleW,
});

const span = (values: readonly number[]): readonly [number, number] => [Math.min(...values), Math.max(...values)];

/**
 * One predictor per instance: per profiled clock a line in batch and tokens, for latency and for energy, in the
 * reference's form (EcoPred). Devices of one kind differ, so each instance has its own.
 * @param points valid points of one instance, at least one
 */
export function fitInstance(points: readonly ProfilePoint[], idle: Idle, gpuCount: number): FittedInstance {
  const { instance, phase } = points[0]!;
  const levels = [...groupBy(points, ({ requestedClockMhz }) => requestedClockMhz).values()].map((group) =>
    fitLevel(
      group.map((point) => ({ ...point, clockMhz: point.requestedClockMhz })),
      idleAt(idle, instance, group[0]!.requestedClockMhz, gpuCount),
    ),
  );
  return {
    instance,
    phase,
    range: { batch: span(points.map(({ batch }) => batch)), tokens: span(points.map(tokensOf)) },
    levels: levels.sort((a, b) => a.clockMhz - b.clockMhz),
  };
}

import type { Evidence } from '../../domain/evidence.ts';
import { significant } from '../format.ts';
import type { Figure, Point, Series } from './figure.ts';

/** One clock of a sweep. */
interface SweptPoint {
  readonly clockMhz: number;
  readonly latencyMs: number;
  readonly energyJ: number;
  readonly evidence: Evidence;
}

const DIGITS = 3;

const lowest = (points: readonly SweptPoint[], of: (point: SweptPoint) => number): SweptPoint =>
  points.reduce((best, point) => (of(point) < of(best) ? point : best));

const lineOf = (points: readonly SweptPoint[], of: (point: SweptPoint) => number): Point[] =>
  points.map((point) => [point.clockMhz, of(point)]);

/** @param least where the energy is least */
const energySeries = (points: readonly SweptPoint[], least: SweptPoint): Series => {
  const top = points.at(-1)!;
  const savedPct = (1 - least.energyJ / top.energyJ) * 100;
  return {
    name: 'energy',
    points: lineOf(points, ({ energyJ }) => energyJ),
    mark: {
      at: [least.clockMhz, least.energyJ],
      text: `least at ${least.clockMhz} MHz, ${significant(least.energyJ, DIGITS)} J, ${savedPct.toFixed(1)} % less than at ${top.clockMhz} MHz`,
    },
  };
};

const latencySeries = (points: readonly SweptPoint[], least: SweptPoint): Series => ({
  name: 'latency',
  points: lineOf(points, ({ latencyMs }) => latencyMs),
  mark: {
    at: [least.clockMhz, least.latencyMs],
    text: `${significant(least.latencyMs, DIGITS)} ms where the energy is least`,
  },
});

/**
 * Energy and latency of one iteration over the clock, the clock of least energy marked in both.
 * @param points ascending by clock, at least one @param what the operating point, for the title
 */
export function sweepFigures(points: readonly SweptPoint[], what: string): Figure[] {
  const least = lowest(points, ({ energyJ }) => energyJ);
  const note = `modelled; evidence: ${[...new Set(points.map(({ evidence }) => evidence))].join(', ')}`;
  const common = { xLabel: 'SM clock (MHz)', dots: [], verticals: [], note };
  return [
    { ...common, title: `Energy of one iteration against clock: ${what}`, yLabel: 'energy (J)', series: [energySeries(points, least)] },
    { ...common, title: `Latency of one iteration against clock: ${what}`, yLabel: 'latency (ms)', series: [latencySeries(points, least)] },
  ];
}

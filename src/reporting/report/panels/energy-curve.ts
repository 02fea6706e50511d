import type { EnergyMap } from '../../../domain/energy-map.ts';
import { percent } from '../../format.ts';
import type { ReportModel } from '../model.ts';
import type { RunLook } from '../run-looks.ts';
import { axisBelow, cell, panel, rounded, strokeLegend, valueAxis, type Json, type Picture } from './parts.ts';
import { nearestRow, residencyOn, runLoad } from './run-load.ts';

const LARGEST_MARK = 34;
const SMALLEST_MARK = 5;

interface Curve {
  readonly look: RunLook;
  readonly load: number;
  readonly joules: readonly (number | null)[];
  /** Share of the time at each clock of the map. */
  readonly shares: ReadonlyMap<number, number>;
}

/** The area of a mark is the time that it stands for. */
const markSize = (share: number): number => Math.max(SMALLEST_MARK, Math.round(LARGEST_MARK * Math.sqrt(share)));

const curvesOf = (map: EnergyMap, { runs }: ReportModel, looks: readonly RunLook[]): Curve[] =>
  runs.flatMap(({ record }, i) => {
    const load = runLoad(record, map.role);
    if (load === null) return [];
    const row = nearestRow(map, load);
    return [{ look: looks[i]!, load: map.loads[row]!, joules: map.joulesPerToken[row]!, shares: residencyOn(record, map) }];
  });

const marksOf = ({ clocksMhz }: EnergyMap, { joules, shares }: Curve): Json[] =>
  [...shares].flatMap(([clock, share]) =>
    joules[clock] == null
      ? []
      : [{ value: [clocksMhz[clock]!, rounded(joules[clock]), rounded(share * 100)], symbolSize: markSize(share), name: percent(share) }],
  );

const seriesOf = (map: EnergyMap, curve: Curve): Json[] => [
  {
    type: 'line',
    name: curve.look.label,
    data: map.clocksMhz.map((mhz, i) => [mhz, rounded(curve.joules[i] ?? null)]),
    showSymbol: false,
    symbol: curve.look.mark,
    color: curve.look.colour,
    lineStyle: { width: 2, type: curve.look.stroke },
  },
  {
    type: 'scatter',
    name: `${curve.look.label}, time at each clock`,
    data: marksOf(map, curve),
    symbol: curve.look.mark,
    color: curve.look.colour,
    itemStyle: { opacity: 0.55 },
    z: 4,
  },
];

export const loadUnit = ({ role }: EnergyMap): string => (role === 'decode' ? 'running requests' : 'prompt tokens');

const picture = (map: EnergyMap, index: number, model: ReportModel, looks: readonly RunLook[]): Picture => {
  const curves = curvesOf(map, model, looks).filter(({ joules }) => joules.some((value) => value !== null));
  const { role, instance, clocksMhz } = map;
  if (curves.length === 0) return { section: 'map', text: `No curve of energy against the ${role} clock: no run tells its load.` };
  return panel({
    id: `map-curve-${index}-${role}`,
    section: 'map',
    title: `Energy of one ${role} token against the clock`,
    description:
      `Modelled by the predictor of ${instance} (evidence: ${map.evidence}), not measured, at the load nearest to each run's own: ` +
      `${curves.map(({ look, load }) => `${look.label} ${load} ${loadUnit(map)}`).join('; ')}. Marks show the clocks at which the run stood; their area is the share of its time. ` +
      'The draw of an idle GPU counts in full here; where a GPU would idle otherwise, slower than the lowest point can still cost less.',
    option: {
      tooltip: { trigger: 'item' },
      legend: strokeLegend(curves.map(({ look }) => look.label)),
      xAxis: axisBelow('MHz', { scale: true }),
      yAxis: valueAxis('J per token, modelled', { scale: true }),
      series: curves.flatMap((curve) => seriesOf(map, curve)),
    },
    table: {
      head: ['MHz', ...curves.flatMap(({ look }) => [`${look.label}, J per token`, `${look.label}, time`])],
      rows: clocksMhz.map((mhz, clock) => [
        String(mhz),
        ...curves.flatMap(({ joules, shares }) => [cell(joules[clock] ?? null), percent(shares.get(clock) ?? 0)]),
      ]),
    },
  });
};

/** Energy over the clock at each run's own load, with the clocks that its governor chose. */
export const energyCurves = (model: ReportModel, looks: readonly RunLook[]): Picture[] =>
  model.energyMaps.map((map, i) => picture(map, i, model, looks));

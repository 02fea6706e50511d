import type { EnergyMap } from '../../../domain/energy-map.ts';
import type { ReportModel } from '../model.ts';
import type { RunLook } from '../run-looks.ts';
import { loadUnit } from './energy-curve.ts';
import { axisBelow, cell, panel, pointLegend, rounded, type Json, type Picture } from './parts.ts';
import { nearestClock, nearestRow, runLoad } from './run-load.ts';

/** Cividis: one way from dark to light for every kind of colour blindness. */
const SHADES = ['#00224e', '#2a3f6d', '#575d6d', '#7d7c78', '#a59c74', '#d2c060', '#fee838'];
const EVEN = 1e-9;

type Place = readonly [clock: number, load: number];

const places = ({ joulesPerToken }: EnergyMap): { clock: number; load: number; joules: number }[] =>
  joulesPerToken.flatMap((row, load) => row.flatMap((joules, clock) => (joules === null ? [] : [{ clock, load, joules }])));

/** Steps of equal ratio: a batch of one costs fifty times what a token of a full one does. */
const piecesOf = (joules: readonly number[]): Json[] => {
  const [least, most] = [Math.min(...joules), Math.max(...joules)];
  if (!(least > 0) || most / least < 1 + EVEN) return [{ min: least, max: most, label: cell(least), color: SHADES[0] }];
  const bound = (i: number): number => Number((least * (most / least) ** (i / SHADES.length)).toPrecision(3));
  return SHADES.map((color, i) => ({
    ...(i > 0 && { gte: bound(i) }),
    ...(i < SHADES.length - 1 && { lt: bound(i + 1) }),
    label: i < SHADES.length - 1 ? `< ${bound(i + 1)}` : `>= ${bound(i)}`,
    color,
  }));
};

const tooSlow = ({ latencyMs, sloMs }: EnergyMap): Place[] =>
  sloMs === null
    ? []
    : latencyMs.flatMap((row, load) => row.flatMap((ms, clock): Place[] => (ms !== null && ms > sloMs ? [[clock, load]] : [])));

const cheapest = ({ joulesPerToken }: EnergyMap): Place[] =>
  joulesPerToken.flatMap((row, load): Place[] => {
    const known = row.filter((joules) => joules !== null);
    return known.length === 0 ? [] : [[row.indexOf(Math.min(...known)), load]];
  });

/** Where each run stood in the mean. */
const runPlaces = (map: EnergyMap, { runs }: ReportModel, looks: readonly RunLook[]): { look: RunLook; place: Place }[] =>
  runs.flatMap(({ record }, i) => {
    const [mhz, load] = [record.clocks.meanMhz[map.role], runLoad(record, map.role)];
    return mhz === null || load === null ? [] : [{ look: looks[i]!, place: [nearestClock(map, mhz), nearestRow(map, load)] as const }];
  });

const markSeries = (name: string, data: readonly Place[], style: Json): Json => ({
  type: 'scatter',
  name,
  data,
  silent: true,
  tooltip: { show: false },
  ...style,
});

const seriesOf = (map: EnergyMap, model: ReportModel, looks: readonly RunLook[]): Json[] => {
  const slow = tooSlow(map);
  return [
    {
      type: 'heatmap',
      name: 'J per token',
      data: places(map).map(({ clock, load, joules }) => [clock, load, rounded(joules)]),
      itemStyle: { borderWidth: 0 },
    },
    markSeries('cheapest clock', cheapest(map), {
      symbol: 'circle',
      symbolSize: 7,
      color: '#ffffff',
      itemStyle: { borderColor: '#111111', borderWidth: 1 },
    }),
    ...(slow.length === 0
      ? []
      : [
          markSeries('slower than the promise', slow, {
            symbol: 'path://M0,0L10,10M10,0L0,10',
            symbolSize: 6,
            color: '#e69f00',
            itemStyle: { borderColor: '#e69f00', borderWidth: 1.25 },
          }),
        ]),
    ...runPlaces(map, model, looks).map(({ look, place }) =>
      markSeries(look.label, [place], {
        symbol: look.mark.replace('empty', '').toLowerCase().replace('rect', 'roundRect'),
        symbolSize: 15,
        color: look.colour,
        itemStyle: { borderColor: '#ffffff', borderWidth: 2 },
      }),
    ),
  ];
};

const slowText = (map: EnergyMap): string =>
  tooSlow(map).length === 0 ? '' : ` Crosses: one iteration alone takes longer than the promise of ${map.sloMs} ms.`;

const contextText = ({ contextTokens }: EnergyMap): string => (contextTokens === null ? '' : `, ${contextTokens} KV tokens each`);

const picture = (map: EnergyMap, index: number, model: ReportModel, looks: readonly RunLook[]): Picture => {
  const cells = places(map);
  const { role, clocksMhz, loads, joulesPerToken } = map;
  if (cells.length === 0) return { section: 'map', text: `No map of ${role} energy: the predictor has no answer.` };
  const series = seriesOf(map, model, looks);
  return panel({
    id: `map-heat-${index}-${role}`,
    section: 'map',
    title: `Energy of one ${role} token over clock and load`,
    description:
      `Modelled by the predictor of ${map.instance} (evidence: ${map.evidence}), not measured. Across: clock in MHz. Up: ${loadUnit(map)}${contextText(map)}. Shades: J per token, dark is cheap. ` +
      `White dots: the cheapest clock of each load.${slowText(map)} Large marks: where each run stood in the mean.`,
    option: {
      tooltip: { trigger: 'item' },
      legend: pointLegend(series.slice(1).map(({ name }) => String(name))),
      grid: { left: 10, right: 18, top: 56, bottom: 84, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
      xAxis: axisBelow('MHz', { type: 'category', data: clocksMhz.map(String), splitLine: { show: false } }),
      yAxis: {
        type: 'category',
        name: loadUnit(map),
        nameTextStyle: { align: 'left' },
        data: loads.map(String),
        splitLine: { show: false },
      },
      visualMap: {
        type: 'piecewise',
        seriesIndex: 0,
        dimension: 2,
        pieces: piecesOf(cells.map(({ joules }) => joules)),
        orient: 'horizontal',
        left: 0,
        bottom: 0,
        itemWidth: 12,
        itemHeight: 12,
        itemGap: 8,
        textGap: 4,
        textStyle: { fontSize: 11 },
      },
      series,
    },
    table: {
      head: [loadUnit(map), ...clocksMhz.map((mhz) => `${mhz} MHz, J`)],
      rows: joulesPerToken.map((row, load) => [String(loads[load]!), ...row.map(cell)]),
    },
  });
};

/** The picture that explains governing: energy over clock and load, and where the runs stood. */
export const heatMaps = (model: ReportModel, looks: readonly RunLook[]): Picture[] =>
  model.energyMaps.map((map, i) => picture(map, i, model, looks));

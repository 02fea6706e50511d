import type { RunRecord } from '../../../domain/run-record.ts';
import { scaleOf } from '../../plot/scale.ts';
import type { ReportModel } from '../model.ts';
import type { RunLook } from '../run-looks.ts';
import { sampled, thin, type Dot } from '../thin.ts';
import { axisBelow, cell, limitLine, panel, rounded, strokeLegend, valueAxis, type Json, type Picture } from './parts.ts';

const MOST_DOTS = 480;
const MOST_ROWS = 60;

/** One line of one run over its seconds. */
export interface TimeLine {
  readonly name: string;
  readonly run: RunRecord;
  readonly look: RunLook;
  readonly values: readonly (number | null)[];
  /** px; the thin ones are drawn behind. */
  readonly width: number;
  readonly faint?: boolean;
}

export interface TimePicture {
  readonly id: string;
  readonly title: string;
  readonly shows: string;
  readonly unit: string;
  readonly lines: readonly TimeLine[];
  /** Said where no line has a value. */
  readonly otherwise: string;
  readonly limit?: { readonly value: number; readonly label: string } | null | undefined;
  /** Read as a share of the largest value, or by their differences. */
  readonly fromZero?: boolean;
}

const dotsOf = ({ run, values }: TimeLine): Dot[] => run.series.tS.map((tS, i) => [rounded(tS)!, rounded(values[i] ?? null)]);

const seriesOf = (line: TimeLine): Json => ({
  type: 'line',
  name: line.name,
  data: thin(dotsOf(line), MOST_DOTS),
  showSymbol: false,
  symbol: line.look.mark,
  color: line.look.colour,
  lineStyle: { width: line.width, type: line.look.stroke, opacity: line.faint ? 0.4 : 1 },
  z: line.faint ? 2 : 3,
});

/** Nothing to point at, and two runs may promise the same: the line stands by itself. */
const limitSeries = (limit: TimePicture['limit']): Json[] =>
  limit ? [{ type: 'line', name: limit.label, data: [], markLine: limitLine('yAxis', limit.value, limit.label) }] : [];

const has = ({ values }: TimeLine): boolean => values.some((value) => value !== null);

const tableOf = (lines: readonly TimeLine[], unit: string): { head: string[]; rows: string[][] } => {
  const told = lines.filter(({ faint }) => !faint);
  const seconds = [...new Set(told.flatMap(({ run }) => run.series.tS))].sort((a, b) => a - b);
  const byTime = told.map(({ run, values }) => new Map(run.series.tS.map((tS, i) => [tS, values[i] ?? null])));
  return {
    head: ['time, s', ...told.map(({ name }) => `${name}, ${unit}`)],
    rows: sampled(seconds, MOST_ROWS).map((tS) => [cell(tS), ...byTime.map((values) => cell(values.get(tS) ?? null))]),
  };
};

const roomAbove = (value: number): number => scaleOf([0, value * 1.02], { most: 6, rounded: true }).high;

/** A picture over the time of the runs; all of them share cursor and zoom. */
export const timePicture = ({ unit, lines, limit, ...about }: TimePicture): Picture => {
  const shown = lines.filter(has);
  if (shown.length === 0) return { section: 'time', text: about.otherwise };
  const highest = Math.max(0, ...shown.flatMap(({ values }) => values.filter((value) => value !== null)));
  return panel({
    id: about.id,
    section: 'time',
    group: 'time',
    title: about.title,
    description: `${about.shows} Across: seconds since the first request. Up: ${unit}.`,
    option: {
      tooltip: { trigger: 'axis' },
      legend: strokeLegend(shown.filter(({ faint }) => !faint).map(({ name }) => name)),
      xAxis: axisBelow('time, s', { min: 0, max: 'dataMax' }),
      // ECharts makes room for what it draws as data only.
      yAxis: valueAxis(unit, { scale: about.fromZero === false, ...(limit && limit.value > highest && { max: roomAbove(limit.value) }) }),
      dataZoom: [
        { type: 'inside', id: 'inside', zoomOnMouseWheel: 'ctrl', moveOnMouseWheel: false, filterMode: 'none' },
        { type: 'slider', id: 'slider', height: 14, bottom: 4, filterMode: 'none', showDataShadow: false, brushSelect: false },
      ],
      grid: { left: 10, right: 18, top: 56, bottom: 58, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
      series: [...shown.map(seriesOf), ...limitSeries(limit)],
    },
    table: tableOf(shown, unit),
  });
};

/** One promise to draw: that of all runs, or none where they promise differently. */
export const commonLimit = ({ runs }: ReportModel, of: (run: RunRecord) => number, what: string): TimePicture['limit'] => {
  const limits = new Set(runs.map(({ record }) => of(record)));
  return limits.size === 1 ? { value: [...limits][0]!, label: `${what} ${[...limits][0]!} ms` } : null;
};

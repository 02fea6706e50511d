import { ROLES } from '../../../domain/instance.ts';
import type { MetricChange, RunRecord } from '../../../domain/run-record.ts';
import { percent, signed } from '../../format.ts';
import { intervalText } from '../../run/changes.ts';
import type { ReportModel } from '../model.ts';
import type { RunLook } from '../run-looks.ts';
import { axisBelow, cell, panel, pointLegend, rounded, valueAxis, type Json, type Picture } from './parts.ts';

/** Those that a reader asks for first; the table of metrics has all. */
const CHANGES: readonly (readonly [metric: string, label: string])[] = [
  ['energy.per_output_token', 'energy per output token'],
  ['power.mean', 'mean power'],
  ['ttft.p50', 'TTFT p50'],
  ['ttft.p99', 'TTFT p99'],
  ['itl.p50', 'gaps p50'],
  ['itl.p99', 'gaps p99'],
  ['e2e.p50', 'whole request p50'],
  ['slo.joint', 'both promises kept'],
];

const tokenEnergy = (run: RunRecord, part: number | null): number | null =>
  part === null || run.outputTokens === 0 ? null : part / run.outputTokens;

const energyPicture = ({ runs }: ReportModel, looks: readonly RunLook[]): Picture => {
  const labels = looks.map(({ label }) => label);
  if (runs.every(({ record }) => record.energyJ === null)) return { section: 'against', text: 'No energy: there was no power meter.' };
  const parts = ROLES.map((role) => runs.map(({ record }) => tokenEnergy(record, record.energyJ?.[role] ?? null)));
  const totals = runs.map(({ record }) => record.joulesPerOutputToken);
  return panel({
    id: 'against-energy',
    section: 'against',
    title: 'Energy per output token',
    description: `Joules of all GPUs per output token, idle included, each run over its own span (comparisons bring both to the longer one): prefill and decode GPUs. ${labels.map((label, i) => `${label}: ${cell(totals[i]!)} J`).join('; ')}.`,
    decals: true,
    option: {
      tooltip: { trigger: 'axis', axisPointer: { type: 'shadow' } },
      xAxis: { type: 'category', data: labels, axisLabel: { interval: 0, width: 80, overflow: 'break' } },
      yAxis: valueAxis('J per output token'),
      series: ROLES.map((role, i) => ({
        type: 'bar',
        name: `${role} GPUs`,
        stack: 'energy',
        barMaxWidth: 64,
        color: i === 0 ? '#56b4e9' : '#0072b2',
        data: parts[i]!.map(rounded),
      })),
    },
    table: {
      head: ['run', ...ROLES.map((role) => `${role} GPUs, J per output token`), 'all, J per output token'],
      rows: labels.map((label, i) => [label, cell(parts[0]![i]!), cell(parts[1]![i]!), cell(totals[i]!)]),
    },
  });
};

const PROMISES = [
  ['ttft', 'time to first token'],
  ['itl', 'mean gap'],
  ['joint', 'both'],
] as const;

const sloPicture = ({ runs }: ReportModel, looks: readonly RunLook[]): Picture => {
  const kept = runs.map(({ record }) => PROMISES.map(([promise]) => record.sloAttainment[promise]));
  if (kept.flat().every((fraction) => fraction === null))
    return { section: 'against', text: 'No promises kept or broken: no request was offered.' };
  return panel({
    id: 'against-slo',
    section: 'against',
    title: 'Promises kept',
    description: `Percent of the requests for which each latency promise was kept. ${looks.map(({ label }, i) => `${label}: both for ${percent(runs[i]!.record.sloAttainment.joint)}`).join('; ')}.`,
    decals: true,
    option: {
      tooltip: { trigger: 'axis', axisPointer: { type: 'shadow' } },
      xAxis: { type: 'category', data: PROMISES.map(([, label]) => label), axisLabel: { interval: 0, width: 80, overflow: 'break' } },
      yAxis: valueAxis('% of requests', { min: 0, max: 100 }),
      series: looks.map(({ label, colour }, i) => ({
        type: 'bar',
        name: label,
        color: colour,
        barMaxWidth: 40,
        label: {
          show: looks.length <= 3,
          position: 'inside',
          rotate: 90,
          formatter: '{c}',
          fontSize: 11,
          color: '#fff',
          textBorderColor: '#333',
          textBorderWidth: 2,
        },
        data: kept[i]!.map((fraction) => rounded(fraction === null ? null : Number((fraction * 100).toFixed(2)))),
      })),
    },
    table: {
      head: ['promise', ...looks.map(({ label }) => label)],
      rows: PROMISES.map(([, label], row) => [label, ...kept.map((fractions) => percent(fractions[row] ?? null, 2))]),
    },
  });
};

interface Shift {
  readonly label: string;
  readonly metric: MetricChange | undefined;
}

/** An interval is one stroke of a line that is broken before the next. */
const intervalStrokes = (shifts: readonly Shift[]): unknown[] =>
  shifts.flatMap(({ metric }, row) =>
    metric?.ci95
      ? [
          [rounded(metric.ci95[0]), row],
          [rounded(metric.ci95[1]), row],
          [null, null],
        ]
      : [],
  );

const shiftSeries = (shifts: readonly Shift[], look: RunLook): Json[] => [
  {
    type: 'line',
    name: `${look.label}, 95 % interval`,
    data: intervalStrokes(shifts),
    symbol: 'rect',
    symbolSize: [2, 11],
    color: look.colour,
    lineStyle: { width: 2 },
    silent: true,
    tooltip: { show: false },
  },
  {
    type: 'scatter',
    name: look.label,
    data: shifts.flatMap(({ metric }, row) => (metric?.changePct == null ? [] : [[rounded(metric.changePct), row]])),
    symbol: look.mark,
    symbolSize: 11,
    color: look.colour,
    z: 4,
  },
];

const changePicture = ({ comparisons }: ReportModel, looks: readonly RunLook[]): Picture[] => {
  const shifts = comparisons.map(({ metrics }) =>
    CHANGES.map(([name, label]) => ({ label, metric: metrics.find((metric) => metric.name === name) })),
  );
  const unfair = comparisons.flatMap(({ verdict }, i) => (verdict === 'invalid' ? [looks[i + 1]!.label] : []));
  const known = shifts.flat().some(({ metric }) => metric?.changePct != null);
  if (!known) return [];
  return [
    panel({
      id: 'against-changes',
      section: 'against',
      title: `What changed against ${looks[0]!.label}`,
      description:
        `Change of each metric in percent against the baseline: marks, with 95 % intervals as strokes where the runs tell one. Left of 0 is less.` +
        (unfair.length > 0 ? ` NOT a fair comparison: ${unfair.join(', ')}.` : ''),
      option: {
        tooltip: { trigger: 'item' },
        grid: { left: 10, right: 24, top: 40, bottom: 34, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
        legend: pointLegend(looks.slice(1).map(({ label }) => label)),
        xAxis: axisBelow('change, %', { axisLine: { show: true } }),
        yAxis: { type: 'category', inverse: true, data: CHANGES.map(([, label]) => label), axisTick: { show: false } },
        series: shifts.flatMap((row, i) => shiftSeries(row, looks[i + 1]!)),
      },
      table: {
        head: ['metric', ...looks.slice(1).flatMap(({ label }) => [`${label}: change`, `${label}: 95 % interval`])],
        rows: CHANGES.map(([, label], row) => [
          label,
          ...shifts.flatMap((all) => [signed(all[row]!.metric?.changePct ?? null, 1, '%'), intervalText(all[row]!.metric?.ci95 ?? null)]),
        ]),
      },
    }),
  ];
};

/** What it costs and what is kept, run beside run. */
export const againstPictures = (model: ReportModel, looks: readonly RunLook[]): Picture[] =>
  model.runs.length === 0 ? [] : [energyPicture(model, looks), sloPicture(model, looks), ...changePicture(model, looks)];

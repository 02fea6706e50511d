import type { Histogram } from '../../../domain/latency-figures.ts';
import type { RunRecord } from '../../../domain/run-record.ts';
import { histogramQuantile } from '../../../statistics/histogram.ts';
import type { ReportModel } from '../model.ts';
import type { RunLook } from '../run-looks.ts';
import { axisBelow, cell, limitLine, panel, rounded, strokeLegend, valueAxis, type Json, type Picture } from './parts.ts';
import { commonLimit, type TimePicture } from './time-line.ts';

const QUANTILES = [0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999];

interface Spread {
  readonly id: string;
  readonly title: string;
  readonly what: string;
  readonly of: (run: RunRecord) => Histogram;
  readonly limit: TimePicture['limit'];
}

/** Percent of the values that are not above each bound; buckets below the first value are left out. */
const cumulative = ({ bounds, counts }: Histogram): [ms: number, pct: number][] => {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const first = counts.findIndex((count) => count > 0);
  let seen = 0;
  return bounds.flatMap((bound, i): [number, number][] => {
    seen += counts[i]!;
    return i < first - 1 ? [] : [[rounded(bound)!, rounded((seen / total) * 100)!]];
  });
};

const hasValues = ({ counts }: Histogram): boolean => counts.some((count) => count > 0);

const lineOf = (histogram: Histogram, look: RunLook): Json => ({
  type: 'line',
  name: look.label,
  data: cumulative(histogram),
  showSymbol: false,
  symbol: look.mark,
  color: look.colour,
  lineStyle: { width: 2, type: look.stroke },
});

const spreadPicture = ({ runs }: ReportModel, looks: readonly RunLook[], { id, title, what, of, limit }: Spread): Picture => {
  const drawn = runs.map(({ record }, i) => ({ histogram: of(record), look: looks[i]! })).filter(({ histogram }) => hasValues(histogram));
  if (drawn.length === 0) return { section: 'spread', text: `No distribution of ${what}: there is none to tell of.` };
  return panel({
    id,
    section: 'spread',
    title,
    description: `Share of all ${what} that were at most so long, to 5 % (from buckets). Across: ms, each step ten times the last. Up: percent.`,
    option: {
      tooltip: { trigger: 'axis' },
      xAxis: axisBelow('ms', { type: 'log', minorTick: { show: true } }),
      yAxis: valueAxis('% at most so long', { min: 0, max: 100 }),
      series: [
        ...drawn.map(({ histogram, look }) => lineOf(histogram, look)),
        ...(limit ? [{ type: 'line', name: limit.label, data: [], markLine: limitLine('xAxis', limit.value, limit.label) }] : []),
      ],
      legend: strokeLegend(drawn.map(({ look }) => look.label)),
    },
    table: {
      head: ['percentile', ...drawn.map(({ look }) => `${look.label}, ms`)],
      rows: QUANTILES.map((p) => [`p${rounded(p * 100)}`, ...drawn.map(({ histogram }) => cell(histogramQuantile(histogram, p)))]),
    },
  });
};

/** How latencies are spread over all requests. */
export const spreadPictures = (model: ReportModel, looks: readonly RunLook[]): Picture[] =>
  model.runs.length === 0
    ? []
    : [
        spreadPicture(model, looks, {
          id: 'spread-ttft',
          title: 'Time to first token: distribution',
          what: 'first tokens',
          of: ({ histograms }) => histograms.ttftMs,
          limit: commonLimit(model, ({ config }) => config.slo.ttftMs, 'promise'),
        }),
        spreadPicture(model, looks, {
          id: 'spread-gaps',
          title: 'Gaps between tokens: distribution',
          what: 'gaps',
          of: ({ histograms }) => histograms.itlMs,
          limit: commonLimit(model, ({ config }) => config.slo.itlMs, 'promise of the mean gap'),
        }),
      ];

import type { Comparison, MetricChange } from '../../../domain/run-record.ts';
import { difference, number, signed } from '../../format.ts';
import { intervalText, pText } from '../../run/changes.ts';
import { latencyRows as runLatencyRows } from '../../run/facts.ts';
import { metricText } from '../../run/metric-text.ts';
import { HEADING } from '../../run/sections.ts';
import { metricOf } from '../../comparison-rows.ts';
import type { ReportModel } from '../model.ts';
import type { RunLook } from '../run-looks.ts';
import { escapeHtml, paragraph, table, tag } from './html.ts';

const METRIC_HEADING = ['metric', 'baseline', 'candidate', 'change', '95 % interval', 'significant', 'p', 'verdict'];

const significance = (significant: boolean | null): string => {
  if (significant === null) return 'not tested';
  return significant ? 'yes' : 'no';
};

const metricRow = ({ name, baseline, candidate, changePct, ci95, significant, pValue, verdict }: MetricChange): string[] => [
  name,
  metricText(name, baseline),
  metricText(name, candidate),
  signed(changePct, 1, '%'),
  intervalText(ci95),
  significance(significant),
  pText(pValue),
  verdict ?? 'n/a',
];

const pairOf = (looks: readonly RunLook[], index: number): string => `${looks[index + 1]!.label} against ${looks[0]!.label}`;

/** Every metric of every pair with its test. */
export const metricsTables = ({ comparisons }: ReportModel, looks: readonly RunLook[]): string =>
  comparisons
    .map(({ metrics, verdict }, i) =>
      table({ caption: `${pairOf(looks, i)}: ${verdict}`, head: METRIC_HEADING, rows: metrics.map(metricRow) }),
    )
    .join('') +
  (comparisons.length === 0
    ? ''
    : paragraph('p is corrected for the number of metrics. A change counts when it is significant and larger than what matters.', {
        class: 'note',
      }));

const GIVEN = [
  ['ttft.p50', 'time to first token p50'],
  ['ttft.p99', 'time to first token p99'],
  ['itl.p50', 'gap p50'],
  ['itl.p99', 'gap p99'],
  ['e2e.p50', 'whole request p50'],
  ['e2e.p99', 'whole request p99'],
] as const;

const givenRow = (comparison: Comparison, [name, label]: (typeof GIVEN)[number]): string[] => {
  const { baseline, candidate, changePct } = metricOf(comparison, name);
  return [
    label,
    number(baseline, 1, 'ms'),
    number(candidate, 1, 'ms'),
    signed(difference(baseline, candidate), 1, 'ms'),
    signed(changePct, 1, '%'),
  ];
};

/** What a saving cost in latency. */
export const givenAwayTables = ({ comparisons }: ReportModel, looks: readonly RunLook[]): string =>
  comparisons
    .map((comparison, i) =>
      table({
        caption: `Latency given away: ${pairOf(looks, i)}`,
        head: ['', 'baseline', 'candidate', 'given away', 'change'],
        rows: GIVEN.map((metric) => givenRow(comparison, metric)),
      }),
    )
    .join('');

/** Latencies of each run by itself. */
export const latencyTables = ({ runs }: ReportModel, looks: readonly RunLook[]): string =>
  runs
    .map(({ record }, i) =>
      table({ caption: `Latencies of ${looks[i]!.label}`, head: ['kind', ...HEADING.slice(1)], rows: runLatencyRows(record) }),
    )
    .join('');

const strokeOf = ({ stroke }: RunLook): string => (typeof stroke === 'string' ? '' : stroke.join(' '));

/** Which letter, colour and stroke stands for which run. */
export const runKey = ({ runs }: ReportModel, looks: readonly RunLook[]): string =>
  tag(
    'ul',
    { class: 'key' },
    ...looks.map((look, i) => {
      const { record, name } = runs[i]!;
      const line = tag('line', { x1: 0, y1: 6, x2: 34, y2: 6, stroke: look.colour, 'stroke-width': 3, 'stroke-dasharray': strokeOf(look) });
      const sample = tag('svg', { width: 34, height: 12, 'aria-hidden': 'true' }, line);
      const origin = tag('span', { class: `badge ${record.mode}` }, record.mode === 'live' ? 'measured' : record.mode);
      const role = i === 0 && runs.length > 1 ? ' (baseline)' : '';
      return tag('li', {}, sample, tag('strong', {}, escapeHtml(look.label)), escapeHtml(`${role}: ${name} `), origin);
    }),
  );

import type { LengthSummary, TraceStatistics } from '../domain/trace-statistics.ts';
import { counted, number, percent } from './format.ts';
import { alignedTable } from './table.ts';

const whole = (value: number): string => number(value, 0);

const lengthRow = (name: string, { mean, min, p10, p50, p90, p95, p99, max }: LengthSummary): string[] => [
  name,
  number(mean, 1),
  ...[min, p10, p50, p90, p95, p99, max].map(whole),
];

const LENGTHS = ['tokens', 'mean', 'min', 'p10', 'p50', 'p90', 'p95', 'p99', 'max'];

/** Names in one column, as wide as the longest. */
const labelled = (rows: readonly (readonly [name: string, text: string])[]): string[] => {
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, text]) => `${name.padEnd(width)}  ${text}`);
};

const arrivalRows = ({ arrivals }: TraceStatistics): [string, string][] =>
  arrivals === null
    ? [['span', 'not told: a replay needs --rate']]
    : [
        ['span', number(arrivals.spanS, 1, 's')],
        ['rate', number(arrivals.meanRps, 3, 'requests/s')],
        ['variation of gaps', `${number(arrivals.gapVariation, 2)} (1 is Poisson, above is burstier)`],
        ['peak to mean rate', `${number(arrivals.peakToMean, 2)} (windows of ${arrivals.windowS} s)`],
      ];

const prefixRows = ({ prefixes }: TraceStatistics): [string, string][] =>
  prefixes === null
    ? []
    : [
        [
          'shared prefixes',
          `${percent(prefixes.sharedFraction)} of ${counted(prefixes.blocks, 'block')} of 512 tokens had come before, ${percent(prefixes.sharedTokenFraction)} of all prompt tokens`,
        ],
      ];

/** What a trace is like, for people. */
export function renderTraceStatistics(statistics: TraceStatistics): string {
  const { files, format, requests, correlation, notes, promptTokens, outputTokens } = statistics;
  return [
    `${files.join(', ')} (${format})`,
    ...labelled([
      ['requests', String(requests)],
      ...arrivalRows(statistics),
      ['prompt and output', `correlation ${number(correlation.pearson, 2)}, of ranks ${number(correlation.rank, 2)}`],
      ...prefixRows(statistics),
    ]),
    '',
    ...alignedTable(LENGTHS, [lengthRow('prompt', promptTokens), lengthRow('output', outputTokens)]),
    ...(notes.length === 0 ? [] : ['', ...notes.map((note) => `note: ${note}`)]),
  ].join('\n');
}

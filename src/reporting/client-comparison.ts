import type { ClientComparison, ClientSide } from '../domain/client-comparison.ts';
import type { MetricChange } from '../domain/run-record.ts';
import { clip, number, signed, wrap } from './format.ts';
import { oneLine } from '../domain/plain-text.ts';
import { alignedTable } from './table.ts';

const WIDTH = 100;
const SOURCE_WIDTH = 60;

const sideLine = (label: string, { source, client, model, completed, requests }: ClientSide): string =>
  clip(
    `${label}: ${clip(oneLine(source), SOURCE_WIDTH)} (${client}, ${oneLine(model)}), ${completed} of ${requests} requests completed`,
    WIDTH,
  );

const unitOf = (name: string): string => (name.startsWith('throughput.') ? '/s' : 'ms');

const row = ({ name, verdict, baseline, candidate, changePct, ci95 }: MetricChange): string[] => [
  name,
  verdict ?? '',
  number(baseline, 2, unitOf(name)),
  number(candidate, 2, unitOf(name)),
  signed(changePct, 1, '%'),
  ci95 === null ? 'n/a' : `${signed(ci95[0], 1)} to ${signed(ci95[1], 1, '%')}`,
];

const HEADING = ['metric', 'verdict', 'baseline', 'candidate', 'change', '95 % interval'];
const PARTIAL =
  'Latency and throughput only: a result of vllm bench serve tells nothing of energy, promises, lateness or validity, and of what served it.';

/** Two results of which at least one is another client's, for people. At most 100 columns wide, no escape sequence. */
export const renderClientComparison = (comparison: ClientComparison): string => {
  const known = comparison.metrics.filter(({ baseline, candidate }) => baseline !== null && candidate !== null);
  return [
    sideLine('baseline ', comparison.baseline),
    sideLine('candidate', comparison.candidate),
    '',
    ...(known.length === 0 ? [] : [...alignedTable(HEADING, known.map(row), 2), '']),
    `verdict: ${comparison.verdict}`,
    ...comparison.reasons.flatMap((reason) => wrap(`- ${oneLine(reason)}`, WIDTH)),
    ...wrap(PARTIAL, WIDTH),
    '',
  ].join('\n');
};

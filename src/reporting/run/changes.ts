import type { MetricVerdict } from '../../domain/judgement.ts';
import type { Comparison, MetricChange } from '../../domain/run-record.ts';
import { MISSING, signed, wrap } from '../format.ts';
import { oneLine } from '../../domain/plain-text.ts';
import { alignedTable } from '../table.ts';
import { metricText } from './metric-text.ts';
import { WIDTH } from './sections.ts';

export const CHANGE_HEADING = ['metric', 'verdict', 'baseline', 'candidate', 'change', '95 % interval', 'p'];

export const intervalText = (ci95: readonly [number, number] | null): string =>
  ci95 === null ? MISSING : `${signed(ci95[0], 1)} to ${signed(ci95[1], 1, '%')}`;

const FINEST_P = 0.0001;

/** Corrected for the number of metrics. */
export const pText = (pValue: number | null | undefined): string => {
  if (pValue == null) return MISSING;
  return pValue < FINEST_P ? `< ${FINEST_P}` : pValue.toFixed(4);
};

const hasChanged = ({ verdict }: MetricChange): boolean => verdict === 'improved' || verdict === 'regressed';

/** The metrics that got better or worse, the worse ones first; none where nobody judged each of them. */
export const changeRows = ({ metrics }: Comparison, digits?: number): string[][] =>
  metrics
    .filter(hasChanged)
    .sort((a, b) => b.verdict!.localeCompare(a.verdict!))
    .map(({ name, verdict, baseline, candidate, changePct, ci95, pValue }) => [
      oneLine(name),
      verdict!,
      metricText(name, baseline, digits),
      metricText(name, candidate, digits),
      signed(changePct, 1, '%'),
      intervalText(ci95),
      pText(pValue),
    ]);

const countOf = (metrics: readonly MetricChange[], verdict: MetricVerdict): number =>
  metrics.filter((metric) => metric.verdict === verdict).length;

/** How the other metrics came out; nothing where nobody judged each of them. */
export const restText = ({ metrics }: Comparison): string[] => {
  const [same, inconclusive] = [countOf(metrics, 'same'), countOf(metrics, 'inconclusive')];
  const judged = metrics.some(({ verdict }) => verdict !== undefined);
  if (!judged) return [];
  const practical = Math.max(...metrics.map(({ practicalPct }) => practicalPct ?? 0));
  return [
    `Other metrics: ${same} the same, ${inconclusive} inconclusive. A change counts when it is significant and larger than what matters (up to ${practical} %).`,
  ];
};

const TEXT_COLUMNS = 2;
/** What a line has room for: the interval says as much as p, which documents have. */
const SHOWN_COLUMNS = 6;
const SHOWN_DIGITS = 5;

/** What changed, as a table in lines, and how the rest came out; nothing where nobody judged each metric. */
export const changeLines = (comparison: Comparison): string[] => {
  const rows = changeRows(comparison, SHOWN_DIGITS).map((row) => row.slice(0, SHOWN_COLUMNS));
  return [
    ...(rows.length === 0 ? [] : alignedTable(CHANGE_HEADING.slice(0, SHOWN_COLUMNS), rows, TEXT_COLUMNS)),
    ...restText(comparison).flatMap((text) => [...wrap(text, WIDTH), '']),
  ];
};

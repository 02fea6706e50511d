import type { Histogram } from '../../domain/latency-figures.ts';
import { oneLine } from '../../domain/plain-text.ts';
import type { Comparison, RunRecord } from '../../domain/run-record.ts';
import { originOf } from '../origin.ts';
import type { Figure, Point, Series } from './figure.ts';

const TAIL = 0.999;
/** More points than these no terminal shows. */
const MOST_POINTS = 240;

/** The part of all values up to each bound, in percent. */
function cdfOf({ bounds, counts }: Histogram): Point[] {
  const total = counts.reduce((sum, count) => sum + count, 0);
  let seen = 0;
  const points = bounds.map((bound, i): Point => [bound, ((seen += counts[i]!) / total) * 100]);
  const first = points.findIndex(([, part]) => part > 0);
  return total === 0 ? [] : points.slice(Math.max(0, first - 1));
}

/** Without the longest thousandth, which would take all of the picture; never without the promise. */
const upTo = (points: readonly Point[], leastMs: number): Point[] => {
  const end = points.findIndex(([ms, part]) => part >= TAIL * 100 && ms >= leastMs);
  return points.slice(0, end < 0 ? undefined : end + 1);
};

const metText = (points: readonly Point[], sloMs: number): string => {
  const within = points.findLast(([ms]) => ms <= sloMs);
  return `${(within?.[1] ?? 0).toFixed(1)} % within ${sloMs} ms`;
};

const namesOf = ({ baseline, candidate }: Comparison): readonly [string, string] => {
  const [a, b] = [oneLine(baseline.config.governor), oneLine(candidate.config.governor)];
  return a === b ? ['baseline', 'candidate'] : [`baseline (${a})`, `candidate (${b})`];
};

const pair = (comparison: Comparison): (readonly [name: string, run: RunRecord])[] => {
  const [a, b] = namesOf(comparison);
  return [
    [a, comparison.baseline],
    [b, comparison.candidate],
  ];
};

const KINDS = {
  ttftMs: { title: 'Time to first token', xLabel: 'TTFT (ms)' },
  itlMs: { title: 'Gaps between tokens', xLabel: 'gap (ms)' },
} as const;

function cdfFigure(comparison: Comparison, key: keyof typeof KINDS, note: string): Figure {
  const sloMs = comparison.baseline.config.slo[key];
  const series = pair(comparison).map(([name, run]): Series => {
    const points = upTo(cdfOf(run.histograms[key]), sloMs);
    const at = points.findLast(([ms]) => ms <= sloMs) ?? points[0];
    return { name, points, mark: at ? { at, text: metText(points, sloMs) } : null };
  });
  return {
    ...KINDS[key],
    yLabel: 'part of all (%)',
    series,
    dots: [],
    verticals: [sloMs],
    note: `dotted: the promise, ${sloMs} ms; ${note}`,
  };
}

/** Means of neighbours, where there are more points than anybody sees; steps without a reading are left out. */
function powerOf({ series: { tS, powerW } }: RunRecord): Point[] {
  const width = Math.ceil(tS.length / MOST_POINTS);
  return Array.from({ length: Math.ceil(tS.length / width) }, (_, i) => {
    const read = powerW.slice(i * width, (i + 1) * width).filter((watts) => watts !== null);
    return [tS[i * width]!, read.reduce((sum, watts) => sum + watts, 0) / read.length] as const;
  }).filter(([, watts]) => Number.isFinite(watts));
}

function powerFigure(comparison: Comparison, note: string): Figure[] {
  const series = pair(comparison).map(([name, run]): Series => {
    const points = powerOf(run);
    const last = points.at(-1);
    return { name, points, mark: last && run.meanPowerW !== null ? { at: last, text: `mean ${run.meanPowerW.toFixed(0)} W` } : null };
  });
  if (series.every(({ points }) => points.length === 0)) return [];
  return [{ title: 'Power of all GPUs', xLabel: 'time (s)', yLabel: 'power (W)', series, dots: [], verticals: [], note }];
}

const hasAny = ({ series }: Figure): boolean => series.some(({ points }) => points.length > 0);

/** What clients waited for, both runs against the promise, and what they drew over time. What neither run has is left out. */
export function comparisonFigures(comparison: Comparison): Figure[] {
  const note = originOf(comparison);
  const cdfs = (['ttftMs', 'itlMs'] as const).map((key) => cdfFigure(comparison, key, note));
  return [...cdfs.filter(hasAny), ...powerFigure(comparison, note)];
}

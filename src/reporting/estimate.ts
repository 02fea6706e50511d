import { errorPercent, MISSING, number } from './format.ts';

/** The figures of one operating point, one iteration. */
interface EstimatedPoint {
  readonly clockMhz: number;
  readonly latencyMs: number;
  readonly powerW: number;
  readonly energyJ: number;
  readonly appliedClockMhz: number | null;
  readonly capped: boolean | null;
  readonly bound: string | null;
  /** Half widths of 95 % intervals. */
  readonly errorPct: { readonly latency: number; readonly power: number } | null;
  readonly inRange: boolean;
  readonly evidence: string;
}

type Column = readonly [heading: string, cell: (point: EstimatedPoint) => string];

const COLUMNS: readonly Column[] = [
  ['clock MHz', ({ clockMhz }) => String(clockMhz)],
  ['applied MHz', ({ appliedClockMhz, capped }) => number(appliedClockMhz, 0) + (capped ? ' (capped)' : '')],
  ['latency ms', ({ latencyMs }) => latencyMs.toFixed(2)],
  ['power W/GPU', ({ powerW }) => powerW.toFixed(1)],
  ['energy J', ({ energyJ }) => energyJ.toFixed(3)],
  ['bound', ({ bound }) => bound ?? MISSING],
];
const EVIDENCE: Column = ['evidence', ({ evidence }) => evidence];

const evidenceOf = ([{ evidence, inRange }]: readonly [EstimatedPoint, ...EstimatedPoint[]], mixed: boolean, ground: string): string => {
  if (mixed) return `by row, what is extrapolated lies beyond ${ground}`;
  return `${evidence}${inRange ? '' : `, beyond ${ground}`}`;
};

const halfWidth = (pct: number): string => errorPercent(pct).replace(/^(?=\d)/, '+-');

/** Of a fit: how far its answers may be off. Nothing for the cards' model, whose errors docs/accuracy.md tells. */
const intervalOf = ([{ errorPct }]: readonly [EstimatedPoint, ...EstimatedPoint[]]): string =>
  errorPct === null ? '' : `; 95 % within ${halfWidth(errorPct.latency)} latency, ${halfWidth(errorPct.power)} power`;

/**
 * A row per clock, and where the figures come from: none of them is a measurement.
 * @param ground what lies within range
 */
export function renderEstimate(points: readonly EstimatedPoint[], ground = 'validated ground'): string {
  const mixed = points.some(({ evidence }) => evidence !== points[0]!.evidence);
  const columns = mixed ? [...COLUMNS, EVIDENCE] : COLUMNS;
  const rows = [columns.map(([heading]) => heading), ...points.map((point) => columns.map(([, cell]) => cell(point)))];
  const widths = columns.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const lines = rows.map((row) => row.map((cell, column) => cell.padStart(widths[column]!)).join('  '));
  const from = evidenceOf(points as [EstimatedPoint], mixed, ground) + intervalOf(points as [EstimatedPoint]);
  return [...lines, '', `evidence: ${from}; one iteration, energy of all GPUs of the instance`].join('\n');
}

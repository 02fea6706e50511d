/** The figures of one operating point, one iteration. */
interface EstimatedPoint {
  readonly clockMhz: number;
  readonly latencyMs: number;
  readonly powerW: number;
  readonly energyJ: number;
  readonly appliedClockMhz: number;
  readonly capped: boolean;
  readonly bound: string;
  readonly inRange: boolean;
  readonly evidence: string;
}

type Column = readonly [heading: string, cell: (point: EstimatedPoint) => string];

const COLUMNS: readonly Column[] = [
  ['clock MHz', ({ clockMhz }) => String(clockMhz)],
  ['applied MHz', ({ appliedClockMhz, capped }) => appliedClockMhz.toFixed(0) + (capped ? ' (capped)' : '')],
  ['latency ms', ({ latencyMs }) => latencyMs.toFixed(2)],
  ['power W/GPU', ({ powerW }) => powerW.toFixed(1)],
  ['energy J', ({ energyJ }) => energyJ.toFixed(3)],
  ['bound', ({ bound }) => bound],
];
const EVIDENCE: Column = ['evidence', ({ evidence }) => evidence];

const evidenceOf = ([{ evidence, inRange }]: readonly [EstimatedPoint, ...EstimatedPoint[]], mixed: boolean): string => {
  if (mixed) return 'by row, what is extrapolated lies beyond validated ground';
  return `${evidence}${inRange ? '' : ', beyond validated ground'}`;
};

/** A row per clock, and where the figures come from: none of them is a measurement. */
export function renderEstimate(points: readonly EstimatedPoint[]): string {
  const mixed = points.some(({ evidence }) => evidence !== points[0]!.evidence);
  const columns = mixed ? [...COLUMNS, EVIDENCE] : COLUMNS;
  const rows = [columns.map(([heading]) => heading), ...points.map((point) => columns.map(([, cell]) => cell(point)))];
  const widths = columns.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const lines = rows.map((row) => row.map((cell, column) => cell.padStart(widths[column]!)).join('  '));
  const from = evidenceOf(points as [EstimatedPoint], mixed);
  return [...lines, '', `evidence: ${from}; one iteration, energy of all GPUs of the instance`].join('\n');
}

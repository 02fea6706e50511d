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

const COLUMNS = ['clock MHz', 'applied MHz', 'latency ms', 'power W/GPU', 'energy J', 'bound'];

const cellsOf = (point: EstimatedPoint): string[] => [
  String(point.clockMhz),
  point.appliedClockMhz.toFixed(0) + (point.capped ? ' (capped)' : ''),
  point.latencyMs.toFixed(2),
  point.powerW.toFixed(1),
  point.energyJ.toFixed(3),
  point.bound,
];

/** A row per clock, and where the figures come from: none of them is a measurement. */
export function renderEstimate(points: readonly EstimatedPoint[]): string {
  const rows = [COLUMNS, ...points.map(cellsOf)];
  const widths = COLUMNS.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const lines = rows.map((row) => row.map((cell, column) => cell.padStart(widths[column]!)).join('  '));
  const { evidence, inRange } = points[0]!;
  return [
    ...lines,
    '',
    `evidence: ${evidence}${inRange ? '' : ', beyond validated ground'}; one iteration, energy of all GPUs of the instance`,
  ].join('\n');
}

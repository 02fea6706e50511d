import type { Calibration } from '../../src/prediction/calibration/calibrate.ts';
import type { TableError } from '../../src/prediction/calibration/errors.ts';

const constantLine = (path: string, before: string, after: string): string =>
  `${path.padEnd(24)} ${before.padStart(12)} ${after.padStart(12)}`;

/** What the fit made of each constant. */
export const constantLines = (fitted: Calibration['fitted']): string[] => [
  constantLine('constant', 'before', 'after'),
  ...fitted.map(({ path, before, after }) => constantLine(path, String(before), String(after))),
];

const errorLine = ({ table, quantity, n, mapePct, worstPct, scale, worst }: TableError): string =>
  [
    table.padEnd(20),
    quantity.padEnd(13),
    String(n).padStart(5),
    mapePct.toFixed(1).padStart(7),
    worstPct.toFixed(1).padStart(7),
    scale.toFixed(3).padStart(7),
    ` ${worst}`,
  ].join(' ');

/** Under a title, with an empty line before it. */
export const errorLines = (title: string, errors: readonly TableError[]): string[] => [
  '',
  title,
  `${'table'.padEnd(20)} ${'quantity'.padEnd(13)}     n  mean %  worst %  scale  worst row`,
  ...errors.map(errorLine),
];

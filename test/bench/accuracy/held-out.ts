import { errorsOf, leaveOneOut, type GroupKind, type TableError } from '../../../src/prediction/calibration/errors.ts';
import type { Figure } from '../figures.ts';
import type { Case } from './sources.ts';
import type { MakeFigure } from './tables.ts';

const KINDS: readonly GroupKind[] = ['clock', 'batch', 'model'];

/** Errors of the fit to all tables, and those on what a fit has not seen. */
export function heldOutFigures(figure: MakeFigure, { card, tables, surroundings }: Case): Figure[] {
  const of = (label: string, errors: readonly TableError[]): Figure[] =>
    errors.map(({ table, quantity, n, mapePct }) =>
      figure(`${label}: ${table} ${quantity}`, mapePct, quantity === 'energy ratio' ? 'points' : '%', 'none', n),
    );
  return [
    ...of('fit', errorsOf(card, tables, surroundings)),
    ...KINDS.flatMap((kind) => of(`held out by ${kind}`, leaveOneOut(card, tables, kind, surroundings))),
  ];
}

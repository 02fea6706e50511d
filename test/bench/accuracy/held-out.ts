import { leaveOneOut, type GroupKind } from '../../../src/prediction/calibration/errors.ts';
import type { Figure } from '../figures.ts';
import type { Case } from './sources.ts';
import type { MakeFigure } from './tables.ts';

const KINDS: readonly GroupKind[] = ['clock', 'batch', 'model'];

/** Errors on what the fit has not seen. */
export const heldOutFigures = (figure: MakeFigure, { card, tables, surroundings }: Case): Figure[] =>
  KINDS.flatMap((kind) =>
    leaveOneOut(card, tables, kind, surroundings).map(({ table, quantity, n, mapePct }) =>
      figure(`held out by ${kind}, ${table} ${quantity}`, mapePct, quantity === 'energy ratio' ? 'points' : '%', 'none', n),
    ),
  );

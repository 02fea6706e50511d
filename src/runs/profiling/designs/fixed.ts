import type { Designer, PlannedPoint } from '../../../ports/designer.ts';

/** These points in this order, whatever comes out. */
export const fixedDesign = (points: readonly PlannedPoint[]): Designer => ({
  next: (measured) => points[measured.length] ?? null,
});

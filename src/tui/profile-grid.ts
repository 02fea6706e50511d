import type { Role } from '../domain/instance.ts';
import type { RecordedPoint } from '../domain/profile.ts';
import type { ScreenGrid } from '../domain/screen.ts';

/** What a grid spans: the clocks and loads that are planned beforehand. Ascending. */
export interface GridAxes {
  readonly instance: string;
  readonly role: Role;
  readonly clocksMhz: readonly number[];
  /** Decode: running requests. Prefill: prompt tokens of one iteration. */
  readonly loads: readonly number[];
}

type Cell = ScreenGrid['cells'][number][number];

/** Loads nearer to each other than this share a row. */
const ONE_ROW = 1.1;

/** Ascending, without those that are nearly the same as the one before. */
export const gridLoads = (loads: readonly number[]): number[] =>
  [...loads]
    .sort((a, b) => a - b)
    .reduce<number[]>((kept, load) => {
      const last = kept.at(-1);
      return last !== undefined && load < last * ONE_ROW ? kept : [...kept, load];
    }, []);

export const emptyGrid = ({ instance, role, clocksMhz, loads }: GridAxes): ScreenGrid => ({
  role,
  instance,
  clocksMhz,
  loads,
  cells: loads.map(() => clocksMhz.map(() => null)),
});

/** The one that is nearest in ratio. */
const nearest = (values: readonly number[], value: number): number => {
  const farBy = (one: number): number => Math.abs(Math.log(one / value));
  return values.reduce((best, one, i) => (farBy(one) < farBy(values[best]!) ? i : best), 0);
};

const tokensOf = ({ phase, batch, promptTokens = 0 }: RecordedPoint): number => (phase === 'decode' ? batch : batch * promptTokens);

/** What was measured first stays: the planned points come before those between them. */
const cellAfter = (before: Cell, { valid, energyJ }: RecordedPoint, tokens: number): Cell => {
  if (typeof before === 'number') return before;
  return valid && energyJ !== null ? energyJ / tokens : 'invalid';
};

/** The grid with one more point; as it was where nobody knows its clock or its joules, and for points that only watch for drift. */
export function withPoint(grid: ScreenGrid, point: RecordedPoint): ScreenGrid {
  const tokens = tokensOf(point);
  const { requestedClockMhz, energyJ, control } = point;
  if (requestedClockMhz === null || energyJ === null || control || tokens <= 0 || grid.loads.length === 0) return grid;
  const row = nearest(grid.loads, tokens);
  const column = nearest(grid.clocksMhz, requestedClockMhz);
  return {
    ...grid,
    cells: grid.cells.map((cells, i) =>
      i === row ? cells.map((cell, j) => (j === column ? cellAfter(cell, point, tokens) : cell)) : cells,
    ),
  };
}

import type { ScreenGrid, ScreenState } from '../../domain/screen.ts';
import { span, type Row, type Span } from '../spans.ts';
import { scaleOf, type Scale } from '../units.ts';
import type { View } from '../view.ts';
import { fill, groundOf, levelAt, levelsOf } from './heat.ts';

const GAP = 2;
const ALL_LEVELS = levelsOf([1, 2, 3, 4, 5]);
/** Name and clocks. */
const FRAME_ROWS = 2;

const measuredIn = ({ cells }: ScreenGrid): number[] => cells.flat().filter((cell) => typeof cell === 'number');

const nameOf = (grid: ScreenGrid, { energy }: Scale): string => {
  const all = grid.cells.flat();
  const asked = all.filter((cell) => cell !== null).length;
  const invalid = all.filter((cell) => cell === 'invalid').length;
  const joules = measuredIn(grid);
  const range = joules.length === 0 ? '' : `  ${energy.text(Math.min(...joules))} to ${energy.text(Math.max(...joules))} ${energy.unit}`;
  return `${grid.role} ${grid.instance}  ${asked} of ${all.length}${invalid === 0 ? '' : `, ${invalid}×`}${range}`;
};

const tableOf = (grid: ScreenGrid, width: number, height: number): Row[] => {
  const levels = levelsOf(measuredIn(grid));
  const ground = groundOf(grid.clocksMhz, grid.loads, width, height);
  ground.lines.forEach((line, i) => {
    ground.columns.forEach((column, j) => {
      const cell = grid.cells[line]?.[column] ?? null;
      const level = typeof cell === 'number' ? levelAt(levels, cell) : undefined;
      if (level) fill(ground, j, i, level.char, level.tone);
      else if (cell === 'invalid') ground.canvas.put(ground.x(j), ground.y(i), '×', 'attention');
    });
  });
  return ground.canvas.rows().slice(0, ground.lines.length * ground.cellHeight + 1);
};

/** Rows next to each other, each as wide as `width`. */
const beside = (parts: readonly (readonly Row[])[], width: number): Row[] =>
  Array.from({ length: Math.max(0, ...parts.map(({ length }) => length)) }, (_, i) =>
    parts.flatMap((rows, at) => [...(rows[i] ?? [span(' '.repeat(width))]), span(' '.repeat(at < parts.length - 1 ? GAP : 0))]),
  );

/** Of each phase for itself: a token of prefill costs a small part of one of decode. */
const legend = ({ energy }: Scale): Row => [
  ...ALL_LEVELS.map(({ char, tone }): Span => span(char.repeat(2), tone)),
  span(` cheapest to dearest ${energy.unit}/token of each  `, 'dim'),
  span('×', 'attention'),
  span(' not valid  blank: to come', 'dim'),
];

const tables = (state: ScreenState, scale: Scale, width: number, height: number): Row[] => {
  const grids = state.grids ?? [];
  const twice = grids.length > 1 && width >= 76;
  const count = twice ? 2 : 1;
  const each = Math.floor((width - GAP * (count - 1)) / count);
  const bands = Math.ceil(grids.length / count);
  const rows = Math.max(FRAME_ROWS + 1, Math.floor(height / Math.max(1, bands)));
  return Array.from({ length: bands }, (_, band) => {
    const parts = grids.slice(band * count, (band + 1) * count).map((grid): Row[] => {
      const name = nameOf(grid, scale).slice(0, each).padEnd(each);
      return [[span(name, 'bold')], ...tableOf(grid, each, rows - 1)];
    });
    return beside(parts, each);
  }).flat();
};

/** The points of a profile while they come in: the energy of a token over clock and load. */
export const gridRows = (state: ScreenState, view: View, width: number, height: number): Row[] => {
  const scale = scaleOf(view.units);
  return [...tables(state, scale, width, Math.max(1, height - 1)), legend(scale)];
};

/** Rows that show every load of every grid once. */
export const gridHeight = ({ grids = [] }: ScreenState, width: number): number => {
  const heights = grids.map(({ loads }) => loads.length + FRAME_ROWS);
  const tallest = Math.max(0, ...heights);
  return 1 + tallest * (width >= 76 ? Math.ceil(grids.length / 2) : grids.length);
};

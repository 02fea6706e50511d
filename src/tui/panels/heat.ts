import { Canvas, type Tone } from '../spans.ts';
import { short } from '../text.ts';

/** From the cheapest to the dearest: told apart without colour as well. */
const SHADES = ['·', '░', '▒', '▓', '█'] as const;
const TONES = ['heat0', 'heat1', 'heat2', 'heat3', 'heat4'] as const satisfies readonly Tone[];

export interface Level {
  readonly char: string;
  readonly tone: Tone;
  /** The dearest value of this level. */
  readonly upTo: number;
}

/** Levels with as many values each: differences show wherever they are. Empty for no value. */
export const levelsOf = (values: readonly number[]): Level[] => {
  const sorted = [...new Set(values)].sort((a, b) => a - b);
  const count = Math.min(SHADES.length, sorted.length);
  return Array.from({ length: count }, (_, i) => {
    const shade = count === 1 ? 0 : Math.round((i / (count - 1)) * (SHADES.length - 1));
    const last = Math.ceil(((i + 1) / count) * sorted.length) - 1;
    return { char: SHADES[shade]!, tone: TONES[shade]!, upTo: sorted[last]! };
  });
};

export const levelAt = (levels: readonly Level[], value: number): Level | undefined =>
  levels.find(({ upTo }) => value <= upTo) ?? levels.at(-1);

/** Evenly chosen of `count`, the ends among them. */
const picked = (count: number, room: number): number[] => {
  if (count <= room) return Array.from({ length: count }, (_, i) => i);
  if (room < 2) return room < 1 ? [] : [count - 1];
  return Array.from({ length: room }, (_, i) => Math.round((i / (room - 1)) * (count - 1)));
};

const AXIS_WIDTH = 7;
const MAX_CELL_WIDTH = 6;
const MAX_CELL_HEIGHT = 2;

/** Where each clock and load of a table is drawn. */
export interface Ground {
  readonly canvas: Canvas;
  readonly columns: readonly number[];
  readonly lines: readonly number[];
  readonly cellWidth: number;
  readonly cellHeight: number;
  /** Left edge of the nth drawn column. */
  x(column: number): number;
  /** Upper edge of the nth drawn line; the highest load is on top. */
  y(line: number): number;
}

const clockAxis = ({ canvas, columns, cellWidth, x }: Ground, clocksMhz: readonly number[], y: number): void => {
  let free = 0;
  columns.forEach((column, i) => {
    const text = String(clocksMhz[column]);
    const at = Math.min(x(i) + Math.floor((cellWidth - text.length) / 2), canvas.width - text.length);
    if (at < free || at < 0) return;
    canvas.put(at, y, text, 'dim');
    free = at + text.length + 2;
  });
};

/**
 * Clocks to the right, loads upwards, with their axes; more of them than the room holds are drawn in part.
 * @param below rows between the table and the clocks, for what has no load
 */
export const groundOf = (clocksMhz: readonly number[], loads: readonly number[], width: number, height: number, below = 0): Ground => {
  const canvas = new Canvas(width, height);
  const [roomX, roomY] = [Math.max(0, width - AXIS_WIDTH - 1), Math.max(0, height - 1 - below)];
  const columns = picked(clocksMhz.length, roomX);
  const lines = picked(loads.length, roomY);
  const cellWidth = Math.min(MAX_CELL_WIDTH, Math.max(1, Math.floor(roomX / Math.max(1, columns.length))));
  const cellHeight = Math.min(MAX_CELL_HEIGHT, Math.max(1, Math.floor(roomY / Math.max(1, lines.length))));
  const x = (column: number): number => AXIS_WIDTH + column * cellWidth;
  const y = (line: number): number => (lines.length - 1 - line) * cellHeight;
  const ground = { canvas, columns, lines, cellWidth, cellHeight, x, y };
  lines.forEach((line, i) => canvas.put(0, y(i), short(loads[line]!).padStart(AXIS_WIDTH - 1), 'dim'));
  clockAxis(ground, clocksMhz, lines.length * cellHeight + below);
  return ground;
};

/** Fills one cell. */
export const fill = ({ canvas, cellWidth, cellHeight, x, y }: Ground, column: number, line: number, char: string, tone: Tone): void => {
  for (let row = 0; row < cellHeight; row += 1) canvas.put(x(column), y(line) + row, char.repeat(cellWidth), tone);
};

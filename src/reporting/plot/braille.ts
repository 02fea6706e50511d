/** A braille character holds 2 x 4 dots; this is the bit of each, by column and row. */
const BITS = [
  [0x01, 0x02, 0x04, 0x40],
  [0x08, 0x10, 0x20, 0x80],
] as const;
const BLANK = 0x2800;
const DOTS_WIDE = 2;
const DOTS_HIGH = 4;

/** Characters to draw on, in dots: x to the right, y upwards, both from 0 to 1. */
export class Braille {
  readonly #cells: Uint8Array;
  readonly #columns: number;
  readonly #rows: number;

  constructor(columns: number, rows: number) {
    this.#columns = columns;
    this.#rows = rows;
    this.#cells = new Uint8Array(columns * rows);
  }

  dot(x: number, y: number): void {
    const [column, row] = [Math.round(x * (this.#columns * DOTS_WIDE - 1)), Math.round((1 - y) * (this.#rows * DOTS_HIGH - 1))];
    if (column < 0 || row < 0 || column >= this.#columns * DOTS_WIDE || row >= this.#rows * DOTS_HIGH) return;
    const cell = Math.floor(row / DOTS_HIGH) * this.#columns + Math.floor(column / DOTS_WIDE);
    this.#cells[cell]! |= BITS[(column % DOTS_WIDE) as 0 | 1][(row % DOTS_HIGH) as 0 | 1 | 2 | 3];
  }

  /** Without gaps between the dots. */
  line([x1, y1]: readonly [number, number], [x2, y2]: readonly [number, number]): void {
    const across = Math.abs(x2 - x1) * this.#columns * DOTS_WIDE;
    const up = Math.abs(y2 - y1) * this.#rows * DOTS_HIGH;
    const steps = Math.max(1, Math.ceil(Math.max(across, up)));
    for (let step = 0; step <= steps; step++) this.dot(x1 + ((x2 - x1) * step) / steps, y1 + ((y2 - y1) * step) / steps);
  }

  /** Which character a place falls into: column, and row from the top. */
  cellAt(x: number, y: number): readonly [column: number, row: number] {
    const inside = (value: number, cells: number): number => Math.min(cells - 1, Math.max(0, Math.floor(value * cells)));
    return [inside(x, this.#columns), inside(1 - y, this.#rows)];
  }

  /** Rows from the top, as characters; blank where nothing was drawn. */
  rows(): string[][] {
    return Array.from({ length: this.#rows }, (_, row) =>
      Array.from({ length: this.#columns }, (__, column) => {
        const bits = this.#cells[row * this.#columns + column]!;
        return bits === 0 ? ' ' : String.fromCharCode(BLANK + bits);
      }),
    );
  }
}

/** What a piece of text is, not how it looks: see `styleOf` in colours.ts. Never the only sign of anything. */
export type Tone = 'plain' | 'dim' | 'bold' | 'good' | 'attention' | 'mark' | 'heat0' | 'heat1' | 'heat2' | 'heat3' | 'heat4';

export interface Span {
  readonly text: string;
  readonly tone: Tone;
}

/** One row of the screen. */
export type Row = readonly Span[];

export const span = (text: string, tone: Tone = 'plain'): Span => ({ text, tone });

interface Cell {
  readonly char: string;
  readonly tone: Tone;
}

const EMPTY: Cell = { char: ' ', tone: 'plain' };

/** A grid of characters, each one cell wide, on which pictures are drawn; what is outside is left out. */
export class Canvas {
  readonly #cells: Cell[][];

  readonly width: number;
  readonly height: number;

  constructor(width: number, height: number) {
    [this.width, this.height] = [width, height];
    this.#cells = Array.from({ length: height }, () => Array.from({ length: width }, () => EMPTY));
  }

  /** @param text of characters that are one cell wide */
  put(x: number, y: number, text: string, tone: Tone = 'plain'): void {
    const row = this.#cells[y];
    if (row) [...text].forEach((char, i) => x + i >= 0 && x + i < this.width && (row[x + i] = { char, tone }));
  }

  /** Whether something of tone `mark` is there: two of them must not cover each other. */
  marked(x: number, y: number, width: number): boolean {
    return (this.#cells[y] ?? []).slice(Math.max(0, x), x + width).some(({ tone }) => tone === 'mark');
  }

  rows(): Row[] {
    return this.#cells.map((cells) => {
      const spans: { text: string; tone: Tone }[] = [];
      for (const { char, tone } of cells) {
        const last = spans.at(-1);
        if (last?.tone === tone) last.text += char;
        else spans.push({ text: char, tone });
      }
      return spans;
    });
  }
}

const PRINTABLE = /^[\x21-\x7e]+$/;
const LABEL_WIDTH = 8;

/** A name that may stand in a picture: in one that is not plain ASCII, nobody knows how wide a character is. */
export const labelOf = (id: string, at: number): string => (PRINTABLE.test(id) ? id.slice(0, LABEL_WIDTH) : `#${at + 1}`);

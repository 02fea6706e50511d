import { EventEmitter } from 'node:events';

const NO_WRAP = '\u001b[?7l';
const WRAP = '\u001b[?7h';
const HOME_AND_CLEAR = '\u001b[H\u001b[J';
/** Where a terminal does not say. */
const USUAL = { columns: 80, rows: 24 };
/** A window that is dragged changes its size many times. */
const SETTLE_MS = 60;
/** So high that Ink never believes it fills the window, which would make it erase the scrollback. */
const ENDLESS_ROWS = 100_000;

/** Passes everything on but tells nothing: whoever draws is told of a new size by us, in our order. */
class Canvas extends EventEmitter {
  readonly isTTY = true;
  readonly rows = ENDLESS_ROWS;
  readonly #terminal: NodeJS.WriteStream;

  constructor(terminal: NodeJS.WriteStream) {
    super();
    this.#terminal = terminal;
  }

  get columns(): number {
    return this.#terminal.columns || USUAL.columns;
  }

  write(text: string): boolean {
    return this.#terminal.write(text);
  }
}

/** A terminal to draw frames on, without line wrap: a glyph that is wider than we think must not move what follows. */
export const terminalSurface = (terminal: NodeJS.WriteStream) => {
  terminal.write(NO_WRAP);
  return {
    stdout: new Canvas(terminal) as unknown as NodeJS.WriteStream,
    size: () => ({ columns: terminal.columns || USUAL.columns, rows: terminal.rows || USUAL.rows }),
    wipe: () => void terminal.write(HOME_AND_CLEAR),
    onResize(resized: () => void) {
      let timer: NodeJS.Timeout | undefined;
      terminal.on('resize', () => {
        clearTimeout(timer);
        timer = setTimeout(resized, SETTLE_MS);
      });
    },
    /** Gives line wrap back, and leaves a line between the last frame and what comes. */
    restore: () => void terminal.write(`${WRAP}\n`),
  };
};

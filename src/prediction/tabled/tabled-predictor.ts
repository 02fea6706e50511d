import type { Role } from '../../domain/instance.ts';
import type { IterationLoad, Prediction, Predictor } from '../predictor.ts';
import { Cells, LOW_MS, LOW_W, NOTE, RISE_MS, RISE_W } from './cells.ts';
import { KV_GRID, PROMPT_GRID, type TokenGrid } from './grids.ts';

/** Parts of a prediction that few loads tell apart: kept once, and named by their place in a list. */
type Note = Pick<Prediction, 'errorPct' | 'inRange'>;
const MOST_NOTES = 255;
const KEY_BITS = 31;

const GRIDS: Readonly<Record<Role, TokenGrid>> = { decode: KV_GRID, prefill: PROMPT_GRID };

class Tabled implements Predictor {
  readonly clockRangeMhz: Predictor['clockRangeMhz'];
  readonly evidence: Predictor['evidence'];
  readonly #base: Predictor;
  readonly #grid: TokenGrid;
  readonly #mostBatch: number;
  /** By clock in MHz; -1 where no row is kept. */
  readonly #rows: Int16Array;
  readonly #idleW: Float64Array;
  readonly #cells = new Cells();
  readonly #notes: Note[] = [];

  constructor(base: Predictor, role: Role, clocksMhz: readonly number[]) {
    this.clockRangeMhz = base.clockRangeMhz;
    this.evidence = base.evidence;
    this.#base = base;
    this.#grid = GRIDS[role];
    const clockBits = Math.ceil(Math.log2(clocksMhz.length + 1));
    this.#mostBatch = 2 ** (KEY_BITS - clockBits - this.#grid.bits) - 1;
    this.#rows = new Int16Array(Math.max(0, ...clocksMhz) + 1).fill(-1);
    clocksMhz.forEach((clockMhz, row) => (this.#rows[clockMhz] = row));
    this.#idleW = Float64Array.from(clocksMhz, (clockMhz) => base.predict({ batch: 0, tokens: 0 }, clockMhz).idleW);
  }

  predict(load: IterationLoad, clockMhz: number): Prediction {
    const row = this.#rows[clockMhz];
    const { batch, tokens } = load;
    if (row === undefined || row < 0 || !this.#covers(batch, tokens)) return this.#base.predict(load, clockMhz);
    const stretch = this.#grid.stretchOf(tokens);
    const key = ((row * (this.#mostBatch + 1) + batch) << this.#grid.bits) + stretch;
    let at = this.#cells.find(key);
    if (at < 0) at = this.#fill(key, batch, stretch, clockMhz);
    if (at < 0) return this.#base.predict(load, clockMhz);
    const lowTokens = this.#grid.low(stretch);
    const part = (tokens - lowTokens) / (this.#grid.high(stretch) - lowTokens);
    const { numbers } = this.#cells;
    const { errorPct, inRange } = this.#notes[numbers[at + NOTE]!]!;
    return {
      latencyMs: numbers[at + LOW_MS]! + numbers[at + RISE_MS]! * part,
      powerW: numbers[at + LOW_W]! + numbers[at + RISE_W]! * part,
      idleW: this.#idleW[row]!,
      errorPct,
      inRange,
    };
  }

  #covers(batch: number, tokens: number): boolean {
    return (
      tokens >= this.#grid.fromTokens && tokens < this.#grid.toTokens && batch >= 0 && batch <= this.#mostBatch && Number.isInteger(batch)
    );
  }

  /** @returns the place of the new cell; -1 where the wrapped predictor's notes are too many to keep */
  #fill(key: number, batch: number, stretch: number, clockMhz: number): number {
    const low = this.#base.predict({ batch, tokens: this.#grid.low(stretch) }, clockMhz);
    const high = this.#base.predict({ batch, tokens: this.#grid.high(stretch) }, clockMhz);
    // An interval holds where both ends are inside: the edge of what was measured is no place for a promise.
    const note = this.#noteOf(low.inRange ? high : low);
    if (note < 0) return -1;
    return this.#cells.write(key, { lowMs: low.latencyMs, highMs: high.latencyMs, lowW: low.powerW, highW: high.powerW, note });
  }

  #noteOf({ errorPct, inRange }: Note): number {
    const known = this.#notes.findIndex((note) => note.errorPct === errorPct && note.inRange === inRange);
    if (known >= 0) return known;
    return this.#notes.length < MOST_NOTES ? this.#notes.push({ errorPct, inRange }) - 1 : -1;
  }
}

/**
 * The same answers in a fraction of the time, from a table that fills as it is asked: exact along clock and batch, linear
 * along tokens, within 0.5 % of the wrapped predictor. Bounded memory. Clocks outside `clocksMhz` (whole MHz) and batches that
 * are no integers are passed through. Wrap what does not change: a predictor that learns goes around it.
 */
export const tabledPredictor = (predictor: Predictor, role: Role, clocksMhz: readonly number[]): Predictor =>
  new Tabled(predictor, role, clocksMhz);

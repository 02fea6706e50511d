/** A stretch between two neighbouring loads: what holds at its two ends. A note is a small number of the owner's own. */
export interface Cell {
  readonly lowMs: number;
  readonly highMs: number;
  readonly lowW: number;
  readonly highW: number;
  readonly note: number;
}

/** What a cell's numbers are, from its place on: at the lower end, and by how much the upper end lies above it. */
export const LOW_MS = 1;
export const RISE_MS = 2;
export const LOW_W = 3;
export const RISE_W = 4;
export const NOTE = 5;
/** The key comes first. A cell fills a line of the processor's cache, so that a look at one waits for memory once. */
const NUMBERS = 8;
const FIRST_BITS = 10;
/** 65 536 cells of 64 bytes: what one predictor may hold at most. */
const MOST_BITS = 16;
/** Odd and without pattern, so that neighbouring keys part (Knuth's multiplicative hash). */
const SCATTER = 0x9e3779b1;
const NO_KEY = -1;

/** Room for so many cells, none of them filled. */
const emptyCells = (bits: number): Float64Array => new Float64Array(NUMBERS << bits).fill(NO_KEY);

/**
 * Numbers by key in bounded memory, two places for each key. Keys that meet displace each other, so whoever fills it must
 * be able to fill it again; it doubles while that happens often.
 */
export class Cells {
  #bits = FIRST_BITS;
  #numbers = emptyCells(FIRST_BITS);
  #displaced = 0;

  /** The numbers of all cells, until the next `write`. */
  get numbers(): Float64Array {
    return this.#numbers;
  }

  /** @param key 0..2^31-1 @returns where among the numbers its cell is; -1 where it is not */
  find(key: number): number {
    const numbers = this.#numbers;
    const slot = Math.imul(key, SCATTER) >>> (32 - this.#bits);
    const first = slot * NUMBERS;
    if (numbers[first] === key) return first;
    const second = (slot ^ 1) * NUMBERS;
    return numbers[second] === key ? second : -1;
  }

  /** @returns where among the numbers it is now */
  write(key: number, { lowMs, highMs, lowW, highW, note }: Cell): number {
    if (this.#numbers[this.#freePlace(key)] !== NO_KEY && ++this.#displaced > this.size / 16) this.#grow();
    const at = this.#freePlace(key);
    const numbers = this.#numbers;
    numbers[at] = key;
    numbers[at + LOW_MS] = lowMs;
    numbers[at + RISE_MS] = highMs - lowMs;
    numbers[at + LOW_W] = lowW;
    numbers[at + RISE_W] = highW - lowW;
    numbers[at + NOTE] = note;
    return at;
  }

  /** Cells that there is room for at present. */
  get size(): number {
    return 1 << this.#bits;
  }

  /** Of the two places of a key its own, an empty one, or the one that the key itself tells. */
  #freePlace(key: number): number {
    const slot = Math.imul(key, SCATTER) >>> (32 - this.#bits);
    const first = slot * NUMBERS;
    if (this.#isFreeFor(key, first)) return first;
    const second = (slot ^ 1) * NUMBERS;
    return this.#isFreeFor(key, second) ? second : first;
  }

  #isFreeFor(key: number, at: number): boolean {
    return this.#numbers[at] === key || this.#numbers[at] === NO_KEY;
  }

  #grow(): void {
    this.#displaced = 0;
    if (this.#bits === MOST_BITS) return;
    const before = this.#numbers;
    this.#bits++;
    this.#numbers = emptyCells(this.#bits);
    for (let from = 0; from < before.length; from += NUMBERS) {
      const key = before[from]!;
      if (key !== NO_KEY) this.#numbers.set(before.subarray(from, from + NUMBERS), this.#freePlace(key));
    }
  }
}

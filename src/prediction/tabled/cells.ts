/** A stretch between two neighbouring loads: what holds at its two ends. A note is a small number of the owner's own. */
export interface Cell {
  lowMs: number;
  highMs: number;
  lowW: number;
  highW: number;
  note: number;
}

const NUMBERS = 4;
const FIRST_BITS = 10;
/** 65 536 cells of 37 bytes: what one predictor may hold at most. */
const MOST_BITS = 16;
/** Odd and without pattern, so that neighbouring keys part (Knuth's multiplicative hash). */
const SCATTER = 0x9e3779b1;
const NO_KEY = -1;

/**
 * Numbers by key in bounded memory, two places for each key. Keys that meet displace each other, so whoever fills it must
 * be able to fill it again; it doubles while that happens often.
 */
export class Cells {
  #bits = FIRST_BITS;
  #keys = new Int32Array(1 << FIRST_BITS).fill(NO_KEY);
  #numbers = new Float64Array(NUMBERS << FIRST_BITS);
  #notes = new Uint8Array(1 << FIRST_BITS);
  #displaced = 0;

  /** @param key 0..2^31-1 @returns whether it was found, and then `into` holds it */
  read(key: number, into: Cell): boolean {
    let slot = Math.imul(key, SCATTER) >>> (32 - this.#bits);
    if (this.#keys[slot] !== key) {
      slot ^= 1;
      if (this.#keys[slot] !== key) return false;
    }
    const numbers = this.#numbers;
    const at = slot * NUMBERS;
    into.lowMs = numbers[at]!;
    into.highMs = numbers[at + 1]!;
    into.lowW = numbers[at + 2]!;
    into.highW = numbers[at + 3]!;
    into.note = this.#notes[slot]!;
    return true;
  }

  write(key: number, cell: Readonly<Cell>): void {
    if (this.#keys[this.#freeSlot(key)] !== NO_KEY && ++this.#displaced > this.size / 16) this.#grow();
    const slot = this.#freeSlot(key);
    this.#keys[slot] = key;
    this.#numbers.set([cell.lowMs, cell.highMs, cell.lowW, cell.highW], slot * NUMBERS);
    this.#notes[slot] = cell.note;
  }

  /** Cells that there is room for at present. */
  get size(): number {
    return this.#keys.length;
  }

  /** Of the two places of a key its own, an empty one, or the one that the key itself tells. */
  #freeSlot(key: number): number {
    const first = Math.imul(key, SCATTER) >>> (32 - this.#bits);
    for (const slot of [first, first ^ 1]) if (this.#keys[slot] === key || this.#keys[slot] === NO_KEY) return slot;
    return first;
  }

  #grow(): void {
    this.#displaced = 0;
    if (this.#bits === MOST_BITS) return;
    const [keys, numbers, notes] = [this.#keys, this.#numbers, this.#notes];
    this.#bits++;
    this.#keys = new Int32Array(1 << this.#bits).fill(NO_KEY);
    this.#numbers = new Float64Array(NUMBERS << this.#bits);
    this.#notes = new Uint8Array(1 << this.#bits);
    keys.forEach((key, from) => {
      if (key === NO_KEY) return;
      const slot = this.#freeSlot(key);
      this.#keys[slot] = key;
      this.#numbers.set(numbers.subarray(from * NUMBERS, (from + 1) * NUMBERS), slot * NUMBERS);
      this.#notes[slot] = notes[from]!;
    });
  }
}

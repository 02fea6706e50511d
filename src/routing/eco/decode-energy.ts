import type { Predictor } from '../../prediction/predictor.ts';

const MS_PER_S = 1000;
/** Clocks at which energy is asked for; between them it is taken as straight. */
const LADDER_LENGTH = 16;
/** Between such KV sizes energy is taken as straight, too. */
const GRID_TOKENS = 4096;
const MOST_GRID = 2 ** 13;
/** Some thousand loads are met in a day; beyond that the memory starts anew. */
const MOST_CELLS = 20_000;

interface Cell {
  readonly joules: number;
  readonly atMs: number;
}

/** A learning predictor tells by this that its answers move. */
const learns = (predictor: Predictor): boolean => 'observe' in predictor;

function ladderOf(clocksMhz: readonly number[]): readonly number[] {
  const last = clocksMhz.length - 1;
  if (last < LADDER_LENGTH) return clocksMhz;
  return Array.from({ length: LADDER_LENGTH }, (_, i) => clocksMhz[Math.round((i * last) / (LADDER_LENGTH - 1))]!);
}

/** How many answers may be asked for again within one decision, which must stay short. */
export interface Refresh {
  nowMs: number;
  left: number;
  readonly afterMs: number;
}

/**
 * The least energy of one decode iteration above an instance that idles at its lowest clock, over all clocks that keep the
 * ITL target (J). Batch steps, captured sizes and the clock that a load needs are all inside. Remembered per load, since
 * a decision asks every instance.
 */
export class DecodeEnergy {
  readonly clocksMhz: readonly number[];
  readonly itlMs: number;
  readonly #predictor: Predictor;
  readonly #ladderMhz: readonly number[];
  readonly #learns: boolean;
  readonly #cells = new Map<number, Cell>();

  constructor(predictor: Predictor, clocksMhz: readonly number[], itlMs: number) {
    this.clocksMhz = clocksMhz;
    this.itlMs = itlMs;
    this.#predictor = predictor;
    this.#ladderMhz = ladderOf(clocksMhz);
    this.#learns = learns(predictor);
  }

  /** @returns 0 for an empty instance, Infinity when no clock keeps the target */
  joules(batch: number, kvTokens: number, refresh: Refresh): number {
    if (batch === 0) return 0;
    const place = Math.min(kvTokens / GRID_TOKENS, MOST_GRID - 2);
    const below = Math.floor(place);
    const low = this.#at(batch, below, refresh);
    const high = this.#at(batch, below + 1, refresh);
    // A load is only called safe when the next larger one of the grid is.
    if (high === Infinity) return place === below ? low : Infinity;
    return low + (high - low) * (place - below);
  }

  /** Whether the fastest clock keeps the target; asked directly, for this very load. */
  keeps(batch: number, kvTokens: number): boolean {
    return this.#predictor.predict({ batch, tokens: kvTokens }, this.#ladderMhz.at(-1)!).latencyMs <= this.itlMs;
  }

  #at(batch: number, grid: number, refresh: Refresh): number {
    const key = batch * MOST_GRID + grid;
    const known = this.#cells.get(key);
    if (known && !this.#isStale(known, refresh)) return known.joules;
    if (known) refresh.left--;
    else if (this.#cells.size >= MOST_CELLS) this.#cells.clear();
    const joules = this.#ask(batch, grid * GRID_TOKENS);
    this.#cells.set(key, { joules, atMs: refresh.nowMs });
    return joules;
  }

  #isStale({ atMs }: Cell, { nowMs, left, afterMs }: Refresh): boolean {
    return this.#learns && left > 0 && nowMs - atMs > afterMs;
  }

  /** Downwards from the fastest clock to the slowest that keeps the target, and part of the way to the first that does not. */
  #ask(batch: number, tokens: number): number {
    const floorW = this.#predictor.predict({ batch: 0, tokens: 0 }, this.clocksMhz[0]!).idleW;
    let least = Infinity;
    let [aboveJ, aboveMs] = [Infinity, 0];
    for (let i = this.#ladderMhz.length - 1; i >= 0; i--) {
      const { latencyMs, powerW } = this.#predictor.predict({ batch, tokens }, this.#ladderMhz[i]!);
      const joules = ((powerW - floorW) * latencyMs) / MS_PER_S;
      if (latencyMs > this.itlMs) {
        const part = latencyMs > aboveMs ? (this.itlMs - aboveMs) / (latencyMs - aboveMs) : 0;
        return aboveJ === Infinity ? Infinity : Math.min(least, aboveJ + (joules - aboveJ) * part);
      }
      least = Math.min(least, joules);
      [aboveJ, aboveMs] = [joules, latencyMs];
    }
    return least;
  }
}

import type { PrefillLoad } from '../../telemetry/load.ts';
import type { Predictor } from '../../prediction/predictor.ts';
import type { Candidate } from '../policy.ts';
import { ByPredictor } from './by-predictor.ts';
import { joulesOf, PrefillBatches } from './prefill-batches.ts';

/** Large enough to fill a GPU: energy per token falls little beyond. */
const LARGE_TOKENS = 2048;
const SMALLEST_GROUP_TOKENS = 64;
/** Of clocks that cost the same within this part the fastest counts. */
const AS_CHEAP = 0.01;

/** What is worth knowing of a prefill instance once and for all. */
export interface PrefillClocks {
  /** At the clocks that decide: the cheapest, one between, the fastest. */
  readonly batches: PrefillBatches;
  /** How much more an instance draws while it idles at its working clock (W). */
  readonly awakeW: number;
  /** From so many tokens on a batch is about as good as a large one. */
  readonly groupTokens: number;
}

function cheapestMhz(predictor: Predictor, clocksMhz: readonly number[], floorW: number): number {
  const joules = clocksMhz.map((clockMhz) => joulesOf(predictor.predict({ batch: 1, tokens: LARGE_TOKENS }, clockMhz), floorW));
  const limitJ = (1 + AS_CHEAP) * Math.min(...joules);
  return clocksMhz[joules.findLastIndex((one) => one <= limitJ)]!;
}

function groupTokens(predictor: Predictor, clockMhz: number, floorW: number, enough: number): number {
  const perTokenJ = (tokens: number): number => joulesOf(predictor.predict({ batch: 1, tokens }, clockMhz), floorW) / tokens;
  const limitJ = (1 + enough) * perTokenJ(LARGE_TOKENS);
  let tokens = SMALLEST_GROUP_TOKENS;
  while (tokens < LARGE_TOKENS && perTokenJ(tokens) > limitJ) tokens *= 2;
  return tokens;
}

function clocksOf(predictor: Predictor, clocksMhz: readonly number[], enough: number): PrefillClocks {
  const [lowestMhz, fastestMhz] = [clocksMhz[0]!, clocksMhz.at(-1)!];
  const idleW = (clockMhz: number): number => predictor.predict({ batch: 0, tokens: 0 }, clockMhz).idleW;
  const floorW = idleW(lowestMhz);
  const cheapMhz = cheapestMhz(predictor, clocksMhz, floorW);
  const betweenMhz = clocksMhz.find((clockMhz) => clockMhz >= (cheapMhz + fastestMhz) / 2)!;
  const tryMhz = [...new Set([cheapMhz, betweenMhz, fastestMhz])];
  return {
    batches: new PrefillBatches(predictor, tryMhz, floorW),
    awakeW: Math.max(0, idleW(cheapMhz) - floorW),
    groupTokens: groupTokens(predictor, cheapMhz, floorW, enough),
  };
}

/** Remembers them by predictor. */
export class KnownPrefillClocks {
  readonly #known = new ByPredictor<{ readonly clocksMhz: readonly number[]; readonly clocks: PrefillClocks }>();
  readonly #enough: number;

  /** @param enough see `companyEnough` */
  constructor(enough: number) {
    this.#enough = enough;
  }

  of({ predictor, clocksMhz }: Candidate<PrefillLoad>, place: number, nowMs: number): PrefillClocks {
    const found = this.#known.get(predictor, place, nowMs);
    if (found?.clocksMhz === clocksMhz) return found.clocks;
    return this.#known.set(predictor, place, { clocksMhz, clocks: clocksOf(predictor, clocksMhz, this.#enough) }, nowMs).clocks;
  }
}

import type { PrefillLoad } from '../../telemetry/load.ts';
import type { Predictor, Prediction } from '../../prediction/predictor.ts';
import type { Candidate } from '../policy.ts';

const MS_PER_S = 1000;
/** Large enough to fill a GPU: energy per token falls little beyond. */
const LARGE_TOKENS = 2048;
const SMALLEST_GROUP_TOKENS = 64;
/** Of clocks that cost the same within this part the fastest counts. */
const AS_CHEAP = 0.01;

/** What is worth knowing of a prefill instance once and for all. */
export interface PrefillClocks {
  /** Clocks that decide: the cheapest, one between, the fastest. */
  readonly tryMhz: readonly number[];
  /** Idle at the lowest clock (W). */
  readonly floorW: number;
  /** How much more an instance draws while it idles at its working clock (W). */
  readonly awakeW: number;
  /** From so many tokens on a batch is about as good as a large one. */
  readonly groupTokens: number;
}

/** Energy of an iteration above an instance that idles at its lowest clock (J). */
export const joulesOf = ({ powerW, latencyMs }: Prediction, floorW: number): number => ((powerW - floorW) * latencyMs) / MS_PER_S;

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
  return { tryMhz, floorW, awakeW: Math.max(0, idleW(cheapMhz) - floorW), groupTokens: groupTokens(predictor, cheapMhz, floorW, enough) };
}

/** Remembers them by predictor; prefill predictors do not learn. */
export function prefillClocks(enough: number): (candidate: Candidate<PrefillLoad>) => PrefillClocks {
  const known = new WeakMap<Predictor, { readonly clocksMhz: readonly number[]; readonly clocks: PrefillClocks }>();
  return ({ predictor, clocksMhz }) => {
    const found = known.get(predictor);
    if (found?.clocksMhz === clocksMhz) return found.clocks;
    const clocks = clocksOf(predictor, clocksMhz, enough);
    known.set(predictor, { clocksMhz, clocks });
    return clocks;
  };
}

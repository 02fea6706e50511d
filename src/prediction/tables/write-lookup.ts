import type { FittedInstance, FittedLevel } from '../../domain/profile.ts';
import { LOOKUP_COLUMNS, type LookupQuantity } from './lookup.ts';

/** Whole numbers, each stretch from right behind the one below. */
function stretchesOf({ segments }: FittedLevel): (readonly [number, number])[] {
  const ends = segments.map(({ batch }, i) => (i === segments.length - 1 ? Math.ceil(batch[1]) : Math.floor(batch[1])));
  return ends.map((end, i) => [i === 0 ? Math.floor(segments[0]!.batch[0]) : ends[i - 1]! + 1, end]);
}

/**
 * The segments of one instance as the reference's table. Numbers are printed with all their digits, so that reading them back gives
 * the same fit. `r_2` is of held-out latencies, the same in every line; empty where nothing was held out, and for energy.
 */
export function lookupText({ levels, crossValidation }: FittedInstance, quantity: LookupQuantity): string {
  const r2 = quantity === 'latency' ? crossValidation.segments.r2 : null;
  const lines = levels.flatMap((level) => {
    const stretches = stretchesOf(level);
    return level.segments.map(({ latencyMs, energyJ }, i) => {
      const { perSequence, perToken, constant } = quantity === 'latency' ? latencyMs : energyJ;
      return [level.clockMhz, ...stretches[i]!, perSequence, perToken, constant, r2 ?? ''].join();
    });
  });
  return `${[LOOKUP_COLUMNS.join(), ...lines].join('\n')}\n`;
}

import type { FittedInstance } from '../../domain/profile.ts';
import { LOOKUP_COLUMNS, type LookupQuantity } from './lookup.ts';

/**
 * The segments of one instance as the reference's table. Numbers are printed with all their digits, so that reading them back gives
 * the same fit. `r_2` is of held-out latencies, the same in every line; empty where nothing was held out, and for energy.
 */
export function lookupText({ levels, crossValidation }: FittedInstance, quantity: LookupQuantity): string {
  const r2 = quantity === 'latency' ? crossValidation.segments.r2 : null;
  const lines = levels.flatMap(({ clockMhz, segments }) =>
    segments.map(({ batch, latencyMs, energyJ }) => {
      const { perSequence, perToken, constant } = quantity === 'latency' ? latencyMs : energyJ;
      return [clockMhz, ...batch, perSequence, perToken, constant, r2 ?? ''].join();
    }),
  );
  return `${[LOOKUP_COLUMNS.join(), ...lines].join('\n')}\n`;
}

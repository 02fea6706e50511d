import { VoltanaError } from '../../domain/errors.ts';
import type { TuningObjective, TuningPrices } from '../../domain/tuning.ts';
import { oneOf } from './lists.ts';
import type { TuneRequest } from './request.ts';

const OBJECTIVES = ['energy', 'cost', 'carbon'] as const satisfies readonly TuningObjective[];
const DEFAULT_CURRENCY = 'USD';

const pricesOf = ({ pue = 1, pricePerKwh, gpuHourPrice, currency = DEFAULT_CURRENCY, carbonIntensity }: TuneRequest): TuningPrices => ({
  pue,
  perKwh: pricePerKwh ?? null,
  perGpuHour: gpuHourPrice ?? null,
  currency,
  gramsCo2PerKwh: carbonIntensity ?? null,
});

/** What is to be least, and what that needs to be known. @throws VoltanaError UNKNOWN_ID, BAD_FLAG for a price that is missing */
export function objectiveAsked(request: TuneRequest): { readonly objective: TuningObjective; readonly prices: TuningPrices } {
  const objective = oneOf(request.objective ?? 'energy', 'objective', OBJECTIVES);
  const prices = pricesOf(request);
  const missing = (hint: string): VoltanaError => new VoltanaError('BAD_FLAG', `nobody knows what ${objective} comes to`, { hint });
  if (objective === 'cost' && !prices.perKwh && !prices.perGpuHour) throw missing('Give --price-per-kwh P, --gpu-hour-price P, or both.');
  if (objective === 'carbon' && !prices.gramsCo2PerKwh) throw missing('Give --carbon-intensity G, in grams of CO2 per kWh.');
  return { objective, prices };
}

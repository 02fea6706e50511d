import { VoltanaError } from '../../domain/errors.ts';
import type { TuningPrices } from '../../domain/tuning.ts';

const W_PER_KW = 1000;
const G_PER_KG = 1000;
/** A twelfth of a year of 8760 hours. */
const HOURS_PER_MONTH = 730;

/** What is saved while the load is as it was judged. Negative where it is more. */
export interface SavingBasis {
  /** Mean power of all GPUs together, W. */
  readonly gpuW: number;
  /** GPUs that are free for others. */
  readonly gpus: number;
}

export interface MonthlySaving {
  /** Of the facility. */
  readonly kWh: number;
  readonly gpuHours: number;
  /** In the prices' currency: energy, GPU hours, and both together; null without a price. */
  readonly energyCost: number | null;
  readonly gpuCost: number | null;
  readonly cost: number | null;
  readonly co2Kg: number | null;
  /** Sentences: what all of this rests on. */
  readonly assumptions: readonly string[];
}

export interface SavingPeriod {
  /** Part of the time in which the load is as it was judged; nothing is counted for the rest. */
  readonly loadFactor?: number;
  readonly hours?: number;
}

/** Watts that two energies per token differ by. @param tokensPerS output tokens, the same for both */
export const savedWattsOf = (beforeJPerToken: number, afterJPerToken: number, tokensPerS: number): number =>
  (beforeJPerToken - afterJPerToken) * tokensPerS;

function checkPeriod({ loadFactor, hours }: Required<SavingPeriod>): void {
  if (!(loadFactor > 0 && loadFactor <= 1))
    throw new VoltanaError('BAD_VALUE', `a load factor of ${loadFactor} is none`, {
      hint: 'Give a part of the time: above 0 and up to 1.',
    });
  if (!(hours > 0 && hours < Infinity))
    throw new VoltanaError('BAD_VALUE', `${hours} hours are no month`, { hint: `A month has about ${HOURS_PER_MONTH}.` });
}

/** Null where nobody knows the price. */
const priced = (amount: number, price: number | null): number | null => (price === null ? null : amount * price);

const both = (one: number | null, other: number | null): number | null =>
  one === null && other === null ? null : (one ?? 0) + (other ?? 0);

const assumptionsOf = ({ pue, gramsCo2PerKwh }: TuningPrices, { loadFactor, hours }: Required<SavingPeriod>): string[] => [
  'Only GPUs are counted: what hosts, networks and memories draw is taken to stay the same.',
  pue === 1
    ? 'PUE 1: cooling and conversion are left out.'
    : `PUE ${pue}: cooling and conversion are taken to shrink in proportion to the GPUs.`,
  loadFactor === 1
    ? `The load is as it was judged in all ${hours} hours of the month.`
    : `The load is as it was judged in ${Number((100 * loadFactor).toFixed(1))} % of the ${hours} hours of the month; nothing is counted for the rest.`,
  ...(gramsCo2PerKwh === null ? [] : [`${gramsCo2PerKwh} g CO2 per kWh, the same at every hour.`]),
];

/**
 * What a saving comes to in a month.
 * @throws VoltanaError BAD_VALUE for a load factor or hours that are none
 */
export function monthlySaving(
  { gpuW, gpus }: SavingBasis,
  prices: TuningPrices,
  { loadFactor = 1, hours = HOURS_PER_MONTH }: SavingPeriod = {},
): MonthlySaving {
  const period = { loadFactor, hours };
  checkPeriod(period);
  const loadedH = hours * loadFactor;
  const kWh = (gpuW * prices.pue * loadedH) / W_PER_KW;
  const gpuHours = gpus * loadedH;
  const [energyCost, gpuCost] = [priced(kWh, prices.perKwh), priced(gpuHours, prices.perGpuHour)];
  return {
    ...{ kWh, gpuHours, energyCost, gpuCost },
    cost: both(energyCost, gpuCost),
    co2Kg: prices.gramsCo2PerKwh === null ? null : (kWh * prices.gramsCo2PerKwh) / G_PER_KG,
    assumptions: assumptionsOf(prices, period),
  };
}

const DIGITS = 3;
const rounded = (value: number): string => Number(Math.abs(value).toPrecision(DIGITS)).toLocaleString('en-US');
const change = (saved: number, unit: string): string => `${rounded(saved)} ${unit} ${saved >= 0 ? 'less' : 'more'}`;

/** One sentence for people, and the assumptions behind it. */
export function monthlyTexts(saving: MonthlySaving, { currency }: Pick<TuningPrices, 'currency'>): string[] {
  const { kWh, gpuHours, cost, co2Kg, assumptions } = saving;
  const parts = [
    change(kWh, 'kWh'),
    ...(gpuHours === 0 ? [] : [change(gpuHours, 'GPU hours')]),
    ...(cost === null ? [] : [change(cost, currency)]),
    ...(co2Kg === null ? [] : [change(co2Kg, 'kg CO2')]),
  ];
  return [`In a month: ${parts.join(', ')}.`, ...assumptions];
}

import { VoltanaError } from '../../domain/errors.ts';
import type { Criteria } from './standing.ts';

const bad = (message: string, hint: string): VoltanaError => new VoltanaError('BAD_VALUE', message, { hint });

function checkPrices({ objective, prices }: Criteria): void {
  if (!(prices.pue >= 1 && prices.pue < Infinity))
    throw bad(`a PUE of ${prices.pue} is not possible`, 'It is facility energy per GPU energy: 1 or more.');
  if (objective === 'cost' && prices.perKwh === null && prices.perGpuHour === null)
    throw bad('nothing has a price, so nothing can be cheapest', 'Give the price of a kWh, of a GPU hour, or both.');
  if (objective === 'carbon' && prices.gramsCo2PerKwh === null)
    throw bad('the least carbon cannot be found without a carbon intensity', 'Give it in grams of CO2 per kWh.');
  for (const price of [prices.perKwh, prices.perGpuHour, prices.gramsCo2PerKwh])
    if (price !== null && !(price >= 0 && price < Infinity)) throw bad(`a price of ${price} is not possible`, 'Give 0 or more.');
}

/** @throws VoltanaError BAD_VALUE for what no configuration could be judged by */
export function checkCriteria(criteria: Criteria): void {
  const { sloTarget, confidence, slo, powerBudgetW } = criteria.constraints;
  if (!(sloTarget > 0 && sloTarget < 1))
    throw bad(
      `no number of requests shows that a fraction of ${sloTarget} keeps its promises`,
      'Give a target above 0 and below 1, such as 0.99.',
    );
  if (!(confidence > 0.5 && confidence < 1))
    throw bad(`a confidence of ${confidence} is none`, 'Give one above 0.5 and below 1, such as 0.95.');
  if (!(slo.ttftMs > 0 && slo.itlMs > 0)) throw bad('a latency promise is above 0 ms', 'Correct the SLO.');
  if (powerBudgetW !== null && !(powerBudgetW > 0)) throw bad(`a power budget of ${powerBudgetW} W feeds no GPU`, 'Give it in watts.');
  checkPrices(criteria);
}

import { expect } from 'chai';
import { VoltanaError } from '../../../../src/domain/errors.ts';
import { monthlySaving, monthlyTexts } from '../../../../src/tuning/questions/savings.ts';
import { PRICES } from '../../../fixtures/tuning/synthetic.ts';

const BASIS = { gpuW: 1000, gpus: 2 };

describe('a saving in a month', () => {
  it('1 kW all month at PUE 1.2 is 876 kWh; two GPUs are 1460 hours', () => {
    const saving = monthlySaving(BASIS, { ...PRICES, pue: 1.2, perKwh: 0.25, perGpuHour: 2, gramsCo2PerKwh: 400 });
    expect(saving).to.deep.include({ kWh: 876, gpuHours: 1460, energyCost: 219, gpuCost: 2920, cost: 3139, co2Kg: 350.4 });
  });

  it('knows no cost without a price, and no CO2 without an intensity', () => {
    const saving = monthlySaving(BASIS, PRICES);
    expect(saving).to.include({ kWh: 730, energyCost: null, gpuCost: null, cost: null, co2Kg: null });
    expect(monthlyTexts(saving, PRICES)[0]).to.equal('In a month: 730 kWh less, 1,460 GPU hours less.');
    expect(monthlySaving(BASIS, { ...PRICES, perKwh: 0.1 }).cost).to.equal(73);
  });

  it('tells of what becomes more, each by itself', () => {
    const prices = { ...PRICES, perKwh: 0.1, perGpuHour: 1 };
    const [text] = monthlyTexts(monthlySaving({ gpuW: 100, gpus: -1 }, prices), prices);
    expect(text).to.equal('In a month: 73 kWh less, 730 GPU hours more, 723 EUR more.');
  });

  it('states what it assumes: GPUs only, PUE, hours, load factor, intensity', () => {
    const { assumptions } = monthlySaving(BASIS, { ...PRICES, pue: 1.3, gramsCo2PerKwh: 380 }, { loadFactor: 0.6 });
    for (const said of ['Only GPUs', 'PUE 1.3', '60 % of the 730 hours', '380 g CO2']) expect(assumptions.join(' ')).to.include(said);
  });

  it('refuses a load factor and hours that are none', () => {
    for (const period of [{ loadFactor: 0 }, { loadFactor: 1.1 }, { loadFactor: NaN }, { hours: 0 }, { hours: Infinity }])
      expect(() => monthlySaving(BASIS, PRICES, period), JSON.stringify(period)).to.throw(VoltanaError);
  });
});

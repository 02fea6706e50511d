import { expect } from 'chai';
import fc from 'fast-check';
import { monthlySaving, savedWattsOf } from '../../../../src/tuning/questions/savings.ts';
import { PRICES } from '../../../fixtures/tuning/synthetic.ts';

const amount = (max: number) => fc.double({ min: 0, max, noNaN: true });
const BASIS = fc.record({ gpuW: fc.double({ min: -1e6, max: 1e6, noNaN: true }), gpus: fc.integer({ min: -64, max: 64 }) });
const GIVEN = fc.record({
  pue: fc.double({ min: 1, max: 3, noNaN: true }),
  perKwh: amount(2),
  perGpuHour: amount(20),
  gramsCo2PerKwh: amount(1000),
});
const close = (value: number, wanted: number): void => void expect(value).to.be.closeTo(wanted, 1e-9 * Math.max(1, Math.abs(wanted)));

describe('savings by the month', () => {
  it('grow with what is saved, with time and with the PUE, and keep its sign', () => {
    fc.assert(
      fc.property(BASIS, GIVEN, fc.double({ min: 0.01, max: 1, noNaN: true }), (basis, given, loadFactor) => {
        const prices = { ...PRICES, ...given };
        const whole = monthlySaving(basis, prices);
        const part = monthlySaving(basis, prices, { loadFactor });
        close(whole.kWh, (basis.gpuW * given.pue * 730) / 1000);
        close(part.kWh, whole.kWh * loadFactor);
        close(part.cost!, whole.cost! * loadFactor);
        close(whole.energyCost! + whole.gpuCost!, whole.cost!);
        close(whole.gpuCost!, basis.gpus * 730 * given.perGpuHour);
        close(whole.co2Kg!, (whole.kWh * given.gramsCo2PerKwh) / 1000);
        close(monthlySaving({ gpuW: -basis.gpuW, gpus: -basis.gpus }, prices).cost!, -whole.cost!);
      }),
    );
  });

  it('are the same from joules per token and from watts', () => {
    fc.assert(
      fc.property(amount(10), amount(10), amount(1e5), (before, after, tokensPerS) => {
        close(savedWattsOf(before, after, tokensPerS), before * tokensPerS - after * tokensPerS);
      }),
    );
  });
});

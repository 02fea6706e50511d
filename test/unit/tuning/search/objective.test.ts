import { expect } from 'chai';
import type { TuningPrices } from '../../../../src/domain/tuning.ts';
import { objectiveOf, objectiveOfAll } from '../../../../src/tuning/search/objective.ts';

const PRICES: TuningPrices = { pue: 1.5, perKwh: 0.2, perGpuHour: 2, currency: 'EUR', gramsCo2PerKwh: 300 };
/** 36 000 tokens on 4 GPUs in 10 s, half of that time with one of them released. */
const RUN = { joulesPerOutputToken: 2, outputTokensPerS: 3600, spanS: 10, gpuS: 40, releasedGpuS: 5 };

describe('objective of a configuration', () => {
  it('is facility energy per token', () => {
    expect(objectiveOf(RUN, 'energy', PRICES)).to.equal(3);
  });

  it('is what energy and GPUs cost that nobody else has', () => {
    const energy = (3 / 3.6e6) * 0.2;
    const gpus = ((35 / 3600) * 2) / 36_000;
    expect(objectiveOf(RUN, 'cost', PRICES)).to.be.closeTo(energy + gpus, 1e-15);
    expect(objectiveOf(RUN, 'cost', { ...PRICES, perKwh: null })).to.be.closeTo(gpus, 1e-15);
    expect(objectiveOf(RUN, 'cost', { ...PRICES, perGpuHour: null })).to.be.closeTo(energy, 1e-15);
  });

  it('is grams of CO2 per token, where an intensity is known', () => {
    expect(objectiveOf(RUN, 'carbon', PRICES)).to.be.closeTo((3 / 3.6e6) * 300, 1e-12);
    expect(objectiveOf(RUN, 'carbon', { ...PRICES, gramsCo2PerKwh: null })).to.equal(null);
  });

  it('is not known without a meter, and without tokens', () => {
    expect(objectiveOf({ ...RUN, joulesPerOutputToken: null }, 'energy', PRICES)).to.equal(null);
    expect(objectiveOf({ ...RUN, outputTokensPerS: 0 }, 'energy', PRICES)).to.equal(null);
  });

  it('weighs runs by their tokens, and is not known where one is not', () => {
    const longer = { ...RUN, joulesPerOutputToken: 5, spanS: 20 };
    expect(objectiveOfAll([RUN, longer], 'energy', PRICES)).to.be.closeTo(1.5 * ((2 + 2 * 5) / 3), 1e-12);
    expect(objectiveOfAll([RUN, { ...longer, joulesPerOutputToken: null }], 'energy', PRICES)).to.equal(null);
    expect(objectiveOfAll([], 'energy', PRICES)).to.equal(null);
  });
});

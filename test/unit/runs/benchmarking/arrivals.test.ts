import { expect } from 'chai';
import { arrivalsOf, meanRate } from '../../../../src/runs/benchmarking/arrivals.ts';
import type { BenchRequest } from '../../../../src/runs/benchmarking/request.ts';
import { thrownBy } from '../../../fixtures/thrown.ts';

const asked = (request: Partial<BenchRequest> = {}) => arrivalsOf({ seed: 1, ...request }, 8);

describe('arrivals, as they are asked for', () => {
  it('are Poisson at the default rate, and gamma where a burstiness was given', () => {
    expect(asked()).to.deep.equal({
      told: { arrivals: 'poisson', burstiness: 1, ramp: null },
      ratePerS: 8,
      drawn: { arrivalShape: 'gamma', burstiness: 1 },
    });
    expect(asked({ burstiness: 0.5, rate: 3 })).to.deep.equal({
      told: { arrivals: 'gamma', burstiness: 0.5, ramp: null },
      ratePerS: 3,
      drawn: { arrivalShape: 'gamma', burstiness: 0.5 },
    });
    expect(asked({ arrivals: 'constant' }).told).to.deep.equal({ arrivals: 'constant', burstiness: null, ramp: null });
    expect(asked({ arrivals: 'empirical' }).drawn).to.include({ arrivalShape: 'empirical' });
    expect(asked({ arrivals: 'gamma', burstiness: 2 }).told).to.include({ arrivals: 'gamma', burstiness: 2 });
  });

  it('of a closed loop are nobody’s', () => {
    const { told, ratePerS } = asked({ concurrency: 4 });
    expect([told, ratePerS]).to.deep.equal([{ arrivals: null, burstiness: null, ramp: null }, null]);
  });

  it('of a ramp go from one rate to the other', () => {
    const { told, ratePerS } = asked({ ramp: '1:9' });
    expect(told).to.deep.include({ arrivals: 'ramp', ramp: { startRps: 1, endRps: 9, strategy: 'linear' } });
    expect(meanRate(ratePerS!)).to.equal(5);
    expect(asked({ ramp: '2:8:exponential' }).told.ramp).to.deep.equal({ startRps: 2, endRps: 8, strategy: 'exponential' });
    expect(meanRate(7)).to.equal(7);
  });

  for (const [what, request, code, says] of [
    ['a rate and a ramp', { rate: 1, ramp: '1:2' }, 'BAD_FLAG', /^--rate and --ramp are two ways/],
    ['a rate and a concurrency', { rate: 1, concurrency: 2 }, 'BAD_FLAG', /^--rate and --concurrency/],
    ['all three', { rate: 1, ramp: '1:2', concurrency: 2 }, 'BAD_FLAG', /^--rate and --ramp and --concurrency/],
    ['arrivals of a closed loop', { concurrency: 2, arrivals: 'poisson' }, 'BAD_FLAG', /closed loop of 2 has no arrivals/],
    ['a burstiness of a closed loop', { concurrency: 2, burstiness: 2 }, 'BAD_FLAG', /closed loop of 2/],
    [
      'a burstiness of even gaps',
      { arrivals: 'constant', burstiness: 2 },
      'BAD_FLAG',
      /--burstiness 2 is of gamma arrivals, and these are constant/,
    ],
    ['arrivals that are none', { arrivals: 'poison' }, 'UNKNOWN_ID', /--arrivals "poison" is not known/],
    ['a trace on a ramp', { trace: 'a.csv', ramp: '1:2' }, 'BAD_FLAG', /--trace has its own times, and --ramp/],
    ['a trace and drawn arrivals', { trace: 'a.csv', arrivals: 'gamma' }, 'BAD_FLAG', /and --arrivals is of drawn ones/],
    ['a trace and a burstiness', { trace: 'a.csv', rate: 2, burstiness: 0.5 }, 'BAD_FLAG', /and --burstiness is of drawn ones/],
    ...['', '1', '1:', ':2', 'a:b', '1:2:cubic', '1:2:linear:3', '-1:2', '1:Infinity', 'NaN:1'].map(
      (ramp) => [`the ramp "${ramp}"`, { ramp }, 'BAD_VALUE', new RegExp(`^--ramp "${ramp}" is no ramp`)] as const,
    ),
  ] as const) {
    it(`${what} is refused, with what to do`, () => {
      const error = thrownBy(() => asked(request));
      expect(error).to.include({ code });
      expect(error.message).to.match(says);
      expect(error.hint, 'a next step').to.match(/\w+.*\.$/);
    });
  }
});

import { expect } from 'chai';
import fc from 'fast-check';
import { fitLinear } from '../../../src/prediction/fit/linear.ts';
import { evaluateTerm } from '../../fixtures/profiles.ts';

const coefficient = (max: number) => fc.double({ min: 0, max, noNaN: true });
const truths = fc.record({
  perSequence: coefficient(1),
  perToken: coefficient(0.001),
  constant: fc.double({ min: 1, max: 50, noNaN: true }),
});
const load = fc
  .record({ batch: fc.integer({ min: 1, max: 256 }), each: fc.integer({ min: 16, max: 4096 }) })
  .map(({ batch, each }) => ({ batch, tokens: batch * each }));
const loads = fc.array(load, { minLength: 1, maxLength: 12 });

describe('properties of the linear fit', () => {
  it('meets every sample of a linear truth, collinear loads included', () => {
    fc.assert(
      fc.property(truths, loads, (truth, at) => {
        const samples = at.map((each) => ({ ...each, value: evaluateTerm(truth, each.batch, each.tokens) }));
        const fit = fitLinear(samples);
        for (const { batch, tokens, value } of samples) expect(evaluateTerm(fit, batch, tokens)).to.be.closeTo(value, value * 1e-3);
      }),
    );
  });

  it('has finite coefficients of at least 0, whatever was measured', () => {
    const values = fc.double({ min: 1e-3, max: 1e5, noNaN: true });
    fc.assert(
      fc.property(fc.array(fc.tuple(load, values), { minLength: 1, maxLength: 12 }), (measured) => {
        const fit = fitLinear(measured.map(([at, value]) => ({ ...at, value })));
        for (const each of Object.values(fit)) {
          expect(each).to.be.at.least(0);
          expect(each).to.be.finite;
        }
      }),
    );
  });

  it('scales with its values: the unit of measurement does not matter', () => {
    fc.assert(
      fc.property(truths, loads, fc.constantFrom(0.001, 1000), (truth, at, scale) => {
        const samples = at.map((each) => ({ ...each, value: evaluateTerm(truth, each.batch, each.tokens) }));
        const [plain, scaled] = [fitLinear(samples), fitLinear(samples.map((sample) => ({ ...sample, value: sample.value * scale })))];
        const probe = at[0]!;
        expect(evaluateTerm(scaled, probe.batch, probe.tokens)).to.be.closeTo(
          evaluateTerm(plain, probe.batch, probe.tokens) * scale,
          1e-3 * scale * 50,
        );
      }),
    );
  });
});

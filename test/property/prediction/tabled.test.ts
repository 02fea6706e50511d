import { expect } from 'chai';
import fc from 'fast-check';
import type { Role } from '../../../src/domain/instance.ts';
import { analyticPredictor } from '../../../src/prediction/analytic-predictor.ts';
import { createDevice } from '../../../src/prediction/analytic/device.ts';
import type { IterationLoad, Predictor } from '../../../src/prediction/predictor.ts';
import { tabledPredictor } from '../../../src/prediction/tabled/tabled-predictor.ts';
import { predictorOf } from '../../fixtures/world/loads.ts';
import { clocksMhz, engine, gpu, model } from '../../fixtures/world/shipped.ts';

const MOST_OFF = 0.005;

const loads: Readonly<Record<Role, fc.Arbitrary<IterationLoad>>> = {
  decode: fc
    .record({ batch: fc.integer({ min: 1, max: 600 }), each: fc.double({ min: 1, max: 8000, noNaN: true }) })
    .map(({ batch, each }) => ({ batch, tokens: batch * each })),
  prefill: fc.oneof(
    fc.record({ batch: fc.integer({ min: 1, max: 8 }), tokens: fc.integer({ min: 8, max: 30_000 }) }),
    fc.record({ batch: fc.constant(1), tokens: fc.integer({ min: 1, max: 600 }) }),
  ),
};

const bases: readonly [string, Role, Predictor][] = [
  ['fitted', 'decode', predictorOf('d0')],
  ['fitted', 'prefill', predictorOf('p0')],
  ['analytic', 'decode', analyticPredictor(createDevice(gpu, model, engine, 1), 'decode', 210)],
  ['analytic', 'prefill', analyticPredictor(createDevice(gpu, model, engine, 1), 'prefill', 210)],
];

for (const [name, role, base] of bases) {
  it(`a table of the ${name} ${role} predictor is within 0.5 % of it everywhere inside`, () => {
    const tabled = tabledPredictor(base, role, clocksMhz);
    fc.assert(
      fc.property(loads[role], fc.constantFrom(...clocksMhz), (load, clockMhz) => {
        const exact = base.predict(load, clockMhz);
        const { latencyMs, powerW, idleW } = tabled.predict(load, clockMhz);
        expect(latencyMs).to.be.closeTo(exact.latencyMs, exact.latencyMs * MOST_OFF);
        expect(powerW).to.be.closeTo(exact.powerW, exact.powerW * MOST_OFF);
        expect(idleW).to.equal(exact.idleW);
      }),
      { numRuns: 3000 },
    );
  });
}

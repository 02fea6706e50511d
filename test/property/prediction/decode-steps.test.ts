import { expect } from 'chai';
import fc from 'fast-check';
import { createDevice } from '../../../src/prediction/analytic/device.ts';
import { DecodeSteps } from '../../../src/prediction/analytic/decode-steps.ts';
import { emptyEstimate, estimateInto } from '../../../src/prediction/analytic/estimate.ts';
import { decodeWork } from '../../../src/prediction/analytic/work.ts';
import { engineCard, gpuCard, modelCard } from '../../fixtures/cards.ts';

const ENGINE = engineCard('sglang-like');
const device = createDevice(gpuCard('a100-sxm4-80gb'), modelCard('llama-3.1-8b'), ENGINE, 1);
/** One that its limit holds down now and then. */
const limited = { ...device, rates: { ...device.rates, power: { ...device.rates.power, limitW: 230 } } };
const step = fc.record({
  batch: fc.oneof(fc.constantFrom(1, 16, 17), fc.integer({ min: 1, max: 700 })),
  kvTokens: fc.integer({ min: 0, max: 400_000 }),
  clockMhz: fc.constantFrom(210, 690, 1005, 1410),
});

describe('decode iterations, one after the other', () => {
  for (const [name, of] of Object.entries({ device, limited })) {
    it(`are to the last bit what each alone is: ${name}`, () => {
      fc.assert(
        fc.property(fc.array(step, { minLength: 1, maxLength: 30 }), (steps) => {
          const sequence = new DecodeSteps(of);
          const [slot, alone] = [emptyEstimate(), emptyEstimate()];
          for (const { batch, kvTokens, clockMhz } of steps) {
            sequence.estimateInto(decodeWork(batch, kvTokens), clockMhz, slot);
            estimateInto(of, decodeWork(batch, kvTokens), clockMhz, alone);
            const { latencyMs, powerW, appliedClockMhz, capped } = alone;
            expect(slot).to.include({ latencyMs, powerW, appliedClockMhz, capped });
          }
        }),
      );
    });
  }
});

import { expect } from 'chai';
import { createDevice, kvCapacityTokens, weightBytes } from '../../../../src/prediction/analytic/device.ts';
import { estimateIteration } from '../../../../src/prediction/analytic/estimate.ts';
import { decodeWork, prefillWork } from '../../../../src/prediction/analytic/work.ts';
import { A100, ENGINE, LLAMA } from '../../../fixtures/devices.ts';

const WORK = {
  'decode 1': decodeWork(1, 1000),
  'decode 129': decodeWork(129, 129_000),
  prefill: prefillWork([
    { newTokens: 2048, pastTokens: 0 },
    { newTokens: 100, pastTokens: 900 },
  ]),
};

/** Recorded before mixtures of experts came in. A calibration may move these on purpose; a feature may not. */
const GOLDEN: readonly [tp: number, work: keyof typeof WORK, clockMhz: number, latencyMs: number, powerW: number][] = [
  [1, 'decode 1', 690, 16.757308142495308, 155.73712447019977],
  [1, 'decode 1', 1410, 11.621939561318383, 277.6459858110227],
  [1, 'decode 129', 690, 61.87606419531528, 173.58560775335437],
  [1, 'decode 129', 1410, 36.81634308276575, 376.74835283877496],
  [1, 'prefill', 690, 313.5364711585441, 174.70236474707553],
  [1, 'prefill', 1410, 166.59101845609726, 399.9993451428024],
  [2, 'decode 129', 1410, 20.234421631883155, 353.89862512681236],
  [2, 'prefill', 690, 171.97690654561404, 168.88485218281312],
];

describe('Llama-3.1-8B on an A100, by the card', () => {
  for (const [tp, work, clockMhz, latencyMs, powerW] of GOLDEN) {
    it(`${work} at ${clockMhz} MHz on ${tp} GPU: unchanged`, () => {
      const estimate = estimateIteration(createDevice(A100, LLAMA, ENGINE, tp), WORK[work], clockMhz);
      expect(estimate.latencyMs).to.be.closeTo(latencyMs, 1e-9);
      expect(estimate.powerW).to.be.closeTo(powerW, 1e-9);
    });
  }

  it('holds the same weights and KV', () => {
    expect([weightBytes(LLAMA), kvCapacityTokens(A100, LLAMA, ENGINE, 1)]).to.deep.equal([16_059_990_016, 457_465]);
  });
});

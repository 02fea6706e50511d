import { expect } from 'chai';
import { idlePowerW } from '../../../src/prediction/analytic/clock-effects.ts';
import { estimateIteration } from '../../../src/prediction/analytic/estimate.ts';
import { decodeWork, prefillWork } from '../../../src/prediction/analytic/work.ts';
import { analyticPredictor } from '../../../src/prediction/analytic-predictor.ts';
import { deviceOf } from '../../fixtures/devices.ts';

describe('the analytic predictor', () => {
  const device = deviceOf({ tp: 2 });

  it('answers as the model does, with the power of all GPUs, and does not claim to know of two of them', () => {
    const decode = analyticPredictor(device, 'decode', 600).predict({ batch: 24, tokens: 30_000 }, 1005);
    const model = estimateIteration(device, decodeWork(24, 30_000), 1005);
    expect(decode).to.include({
      latencyMs: model.latencyMs,
      powerW: 2 * model.powerW,
      idleW: 2 * idlePowerW(device, 1005),
      inRange: false,
    });
  });

  it('takes the prompts of a prefill for equally long', () => {
    const two = analyticPredictor(device, 'prefill', 600).predict({ batch: 2, tokens: 3000 }, 1005);
    const each = { newTokens: 1500, pastTokens: 0 };
    expect(two.latencyMs).to.equal(estimateIteration(device, prefillWork([each, each]), 1005).latencyMs);
  });

  it('opens no tile by rounding: prompts that fill whole tiles together do so however many they are', () => {
    const predictor = analyticPredictor(device, 'prefill', 600);
    // A sixth of 12 800 added up six times is a little more than 12 800, which would be a hundred and first tile.
    const six = predictor.predict({ batch: 6, tokens: 12_800 }, 1005).latencyMs;
    expect(six).to.be.below(predictor.predict({ batch: 6, tokens: 12_801 }, 1005).latencyMs * 0.997);
  });

  it('stays within the table of the card', () => {
    expect(analyticPredictor(device, 'decode', 600).clockRangeMhz).to.deep.equal([600, 1410]);
    expect(analyticPredictor(device, 'decode', 0).clockRangeMhz).to.deep.equal([210, 1410]);
  });

  describe('of one GPU with validated ground', () => {
    const validated = {
      clockMhz: [690, 1410],
      hidden: [4096, 5120],
      decodeBatch: [1, 512],
      contextTokens: [1, 8192],
      prefillTokens: [1, 32_768],
    } as const;
    const single = deviceOf({ gpu: { validated } });

    it('is validated evidence as long as all its clocks are', () => {
      expect([690, 675].map((mhz) => analyticPredictor(single, 'decode', mhz).evidence)).to.deep.equal(['validated', 'extrapolated']);
      expect(analyticPredictor(device, 'decode', 690).evidence).to.equal('extrapolated');
    });

    it('says of each load whether it was measured', () => {
      const decode = analyticPredictor(single, 'decode', 210);
      const asked = [
        [{ batch: 24, tokens: 30_000 }, 1005],
        [{ batch: 24, tokens: 30_000 }, 675],
        [{ batch: 600, tokens: 30_000 }, 1005],
        [{ batch: 2, tokens: 30_000 }, 1005],
      ] as const;
      expect(asked.map(([load, mhz]) => decode.predict(load, mhz).inRange)).to.deep.equal([true, false, false, false]);
      expect(analyticPredictor(single, 'prefill', 690).predict({ batch: 2, tokens: 3000 }, 1005).inRange).to.equal(true);
    });
  });
});

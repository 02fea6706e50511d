import { expect } from 'chai';
import { idlePowerW } from '../../../src/prediction/analytic/clock-effects.ts';
import { estimateIteration } from '../../../src/prediction/analytic/estimate.ts';
import { decodeWork, prefillWork } from '../../../src/prediction/analytic/work.ts';
import { analyticPredictor } from '../../../src/prediction/analytic-predictor.ts';
import { deviceOf } from '../../fixtures/devices.ts';

describe('the analytic predictor', () => {
  const device = deviceOf({ tp: 2 });

  it('answers as the model does, with the power of all GPUs, and never claims to know', () => {
    const decode = analyticPredictor(device, 'decode', 600).predict({ batch: 24, tokens: 30_000 }, 1005);
    const model = estimateIteration(device, decodeWork(24, 30_000), 1005);
    expect(decode).to.deep.equal({
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

  it('stays within the table of the card', () => {
    expect(analyticPredictor(device, 'decode', 600).clockRangeMhz).to.deep.equal([600, 1410]);
    expect(analyticPredictor(device, 'decode', 0).clockRangeMhz).to.deep.equal([210, 1410]);
    expect(analyticPredictor(device, 'decode', 600).evidence).to.equal('extrapolated');
  });
});

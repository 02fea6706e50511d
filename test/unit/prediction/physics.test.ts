import { expect } from 'chai';
import { createDevice } from '../../../src/prediction/analytic/device.ts';
import { estimateIteration } from '../../../src/prediction/analytic/estimate.ts';
import { decodeWork, prefillWork } from '../../../src/prediction/analytic/work.ts';
import { PhysicsModel } from '../../../src/prediction/physics.ts';
import { CARDS, factorsOf } from '../../fixtures/fitting.ts';

const factors = factorsOf(8);
const device = createDevice(CARDS.gpu, CARDS.model, CARDS.engine, 2, { ...factors, sensorGain: 1 });

describe('the physics model', () => {
  it('is the analytic model of the factored device: decode, and prompts of equal length', () => {
    const decode = new PhysicsModel(CARDS, 2, 'decode', factors);
    const prefill = new PhysicsModel(CARDS, 2, 'prefill', factors);
    for (const [batch, each] of [
      [1, 64],
      [4, 2048],
      [130, 700],
    ] as const) {
      const tokens = batch * each;
      expect({ ...decode.estimate({ batch, tokens }, 1005) }).to.deep.equal(estimateIteration(device, decodeWork(batch, tokens), 1005));
      const prompts = prefillWork(Array.from({ length: batch }, () => ({ newTokens: each, pastTokens: 0 })));
      const expected = estimateIteration(device, prompts, 1005);
      const { latencyMs, powerW } = prefill.estimate({ batch, tokens }, 1005);
      expect(latencyMs).to.be.closeTo(expected.latencyMs, 1e-9 * expected.latencyMs);
      expect(powerW).to.be.closeTo(expected.powerW, 1e-9 * expected.powerW);
    }
  });

  it('shows watts of all GPUs as the sensors do', () => {
    const model = new PhysicsModel(CARDS, 2, 'decode', { ...factors, powerGain: 1.05 });
    expect(model.shownW(100)).to.be.closeTo(210, 1e-9);
    expect(model.idleW(1410)).to.be.closeTo(2 * 1.05 * 78, 1e-6);
  });

  it('answers an empty load', () => {
    for (const phase of ['prefill', 'decode'] as const) {
      const { latencyMs, powerW } = new PhysicsModel(CARDS, 1, phase, factors).estimate({ batch: 0, tokens: 0 }, 1005);
      expect(latencyMs).to.be.above(0);
      expect(powerW).to.be.within(50, 400);
    }
  });
});

import { expect } from 'chai';
import { kvCapacityTokens } from '../../../../src/prediction/analytic/device.ts';
import { checkFits } from '../../../../src/runs/demo/checks.ts';
import { shortPlan, tokensNeeded } from '../../../../src/runs/profiling/plan.ts';
import { thrownBy } from '../../../fixtures/thrown.ts';
import { engine, gpu, model } from '../../../fixtures/world/shipped.ts';

const needed = tokensNeeded(shortPlan([gpu.clock.minMhz, gpu.clock.maxMhz]), engine.reservedDecodeTokens);
const holds = (hbmBytes: number): boolean => kvCapacityTokens({ ...gpu, hbmBytes }, model, engine, 1) >= needed;

/** The smallest memory, to a byte, that holds what the profile needs. */
const smallestBytes = (): number => {
  let [low, high] = [0, gpu.hbmBytes];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (holds(middle)) high = middle;
    else low = middle;
  }
  return high;
};

describe('whether a model fits', () => {
  it('the shipped one does', () => expect(() => checkFits(gpu, model, engine, 1)).not.to.throw());

  it('to the token: what the largest load of the profile needs is enough, less is not', () => {
    const hbmBytes = smallestBytes();
    expect(() => checkFits({ ...gpu, hbmBytes }, model, engine, 1)).not.to.throw();
    const error = thrownBy(() => checkFits({ ...gpu, hbmBytes: hbmBytes - 1 }, model, engine, 1));
    expect(error).to.include({ code: 'DOES_NOT_FIT', exitCode: 2 });
    expect(error.message).to.include(`room for ${needed - 1} KV tokens; the profile needs ${needed}`);
  });

  it('weights alone that are too large leave no room, never less than none', () => {
    const error = thrownBy(() => checkFits({ ...gpu, hbmBytes: 1e9 }, model, engine, 1));
    expect(error.message).to.equal(`llama-3.1-8b on 1 x a100-sxm4-80gb leaves room for 0 KV tokens; the profile needs ${needed}`);
    expect(error.hint).to.match(/more GPUs per instance \(tp\)/);
  });

  it('more GPUs per instance make room', () => {
    const small = { ...gpu, hbmBytes: gpu.hbmBytes / 4 };
    expect(thrownBy(() => checkFits(small, model, engine, 1)).message).to.match(/on 1 x/);
    expect(() => checkFits(small, model, engine, 8)).not.to.throw();
  });

  it('an engine that keeps more room for answers needs more', () => {
    const greedy = { ...engine, reservedDecodeTokens: 131_072 };
    expect(thrownBy(() => checkFits(gpu, model, greedy, 1)).code).to.equal('DOES_NOT_FIT');
  });
});

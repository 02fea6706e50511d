import { expect } from 'chai';
import { shuffled } from '../../../../src/runs/profiling/bench.ts';
import { shortPlan, spreadClocks } from '../../../../src/runs/profiling/plan.ts';
import { createRandom } from '../../../../src/statistics/random.ts';
import { clocksMhz } from '../../../fixtures/world/shipped.ts';

describe('profiling plan', () => {
  it('spreads clocks evenly over the supported ones, both ends included', () => {
    expect(spreadClocks([600, 615, 630, 645, 660], 3)).to.deep.equal([600, 630, 660]);
    expect(spreadClocks([600, 615, 630, 645, 660], 4)).to.deep.equal([600, 630, 645, 660]);
    expect(spreadClocks([600], 6)).to.deep.equal([600]);
  });

  it('names no clock twice when there are fewer than asked for', () => {
    expect(spreadClocks([600, 615], 6)).to.deep.equal([600, 615]);
  });

  it('the short plan knows both ends of the clocks, and loads that differ in batch and in tokens', () => {
    const plan = shortPlan(clocksMhz);
    expect([plan.clocksMhz[0], plan.clocksMhz.at(-1)]).to.deep.equal([clocksMhz[0], clocksMhz.at(-1)]);
    plan.clocksMhz.forEach((mhz) => expect(clocksMhz).to.include(mhz));
    // Three coefficients need three loads that lie on no line.
    expect(new Set(plan.decode.loads.map(({ batch }) => batch)).size).to.be.at.least(3);
    expect(new Set(plan.decode.loads.map(({ contextTokens }) => contextTokens)).size).to.be.at.least(3);
    expect(new Set(plan.prefill.promptTokens).size).to.be.at.least(3);
  });

  it('shuffles without losing or repeating anything, leaves the list alone, and by seed alone', () => {
    const items = Array.from({ length: 50 }, (_, i) => i);
    const once = shuffled(items, createRandom(4));
    expect(once).to.not.deep.equal(items);
    expect([...once].sort((a, b) => a - b)).to.deep.equal(items);
    expect(shuffled(items, createRandom(4))).to.deep.equal(once);
    expect(shuffled(items, createRandom(5))).to.not.deep.equal(once);
  });
});

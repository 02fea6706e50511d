import { expect } from 'chai';
import { attainmentWorse } from '../../../src/statistics/attainment.ts';
import { bootstrapInterval, type Statistic } from '../../../src/statistics/bootstrap.ts';
import { drawNormal } from '../../../src/statistics/draws.ts';
import { createRandom } from '../../../src/statistics/random.ts';
import { baselineRun } from '../../fixtures/run-records.ts';

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const meanDifference: Statistic<number> = (a, b) => mean(b) - mean(a);

describe('bootstrapInterval', () => {
  it('repeats itself by seed', () => {
    const interval = () => bootstrapInterval(createRandom(1), [1, 2, 3, 4, 5], [2, 3, 5, 5, 7], meanDifference);
    expect(interval()).to.deep.equal(interval());
  });

  it('lets what both runs share cancel: a constant shift of wild blocks has a narrow interval', () => {
    const blocks = [5, 90, 1, 44, 70, 12];
    const [low, high] = bootstrapInterval(
      createRandom(1),
      blocks,
      blocks.map((block) => block + 3),
      meanDifference,
    )!;
    expect(low).to.be.closeTo(3, 1e-9);
    expect(high).to.be.closeTo(3, 1e-9);
  });

  it('covers the true difference about as often as it says', () => {
    const random = createRandom(11);
    const trials = 60;
    let covered = 0;
    for (let i = 0; i < trials; i += 1) {
      const draw = (centre: number): number[] => Array.from({ length: 20 }, () => drawNormal(random, centre, 2));
      const [low, high] = bootstrapInterval(random.fork(String(i)), draw(10), draw(9), meanDifference)!;
      if (low <= -1 && -1 <= high) covered += 1;
    }
    // Binomial(60, 0.93): below 49 has a probability of about 0.1 %.
    expect(covered).to.be.at.least(49);
    expect(covered).to.be.below(trials + 1);
  });

  it('has none with fewer than five blocks, nor for a statistic that is undefined', () => {
    expect(bootstrapInterval(createRandom(1), [1, 2, 3, 4], [1, 2, 3, 4, 5], meanDifference)).to.equal(null);
    expect(bootstrapInterval(createRandom(1), [1, 2, 3, 4, 5], [1, 2, 3, 4, 5], () => null)).to.equal(null);
    expect(bootstrapInterval(createRandom(1), [1, 2, 3, 4, 5], [1, 2, 3, 4, 5], () => NaN)).to.equal(null);
  });

  it('works with unequally many blocks', () => {
    const [low, high] = bootstrapInterval(createRandom(2), [1, 2, 1, 2, 1, 2], [11, 12, 11, 12, 11], meanDifference)!;
    expect(low).to.be.within(8.5, 10);
    expect(high).to.be.within(9.8, 11);
  });
});

describe('attainmentWorse', () => {
  const withJoint = (joint: number | null, offered: number) => {
    const run = baselineRun({ outcomes: [], samples: null });
    return { ...run, requests: { ...run.requests, offered }, sloAttainment: { ...run.sloAttainment, joint } };
  };

  it('tolerates two requests in a small run and one point in a large one', () => {
    expect(attainmentWorse(withJoint(1, 100), withJoint(0.98, 100))).to.equal(false);
    expect(attainmentWorse(withJoint(1, 100), withJoint(0.97, 100))).to.equal(true);
    expect(attainmentWorse(withJoint(1, 1000), withJoint(0.99, 1000))).to.equal(false);
    expect(attainmentWorse(withJoint(1, 1000), withJoint(0.989, 1000))).to.equal(true);
  });

  it('says nothing about runs without requests', () => {
    expect(attainmentWorse(withJoint(null, 0), withJoint(0.5, 10))).to.equal(false);
  });
});

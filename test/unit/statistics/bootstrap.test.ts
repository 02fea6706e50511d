import { expect } from 'chai';
import { attainmentWorse } from '../../../src/statistics/attainment.ts';
import { bootstrapDraws } from '../../../src/statistics/bootstrap.ts';
import { drawNormal } from '../../../src/statistics/draws.ts';
import { quantile } from '../../../src/statistics/quantile.ts';
import { createRandom, type Uniform } from '../../../src/statistics/random.ts';
import { baselineRun } from '../../fixtures/run-records.ts';

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

const draws = (random: Uniform, a: readonly number[], b: readonly number[]): Float64Array | null =>
  bootstrapDraws(random, [a.length, b.length], (before, after) => {
    const means = [Array.from(before, (pick) => a[pick]!), Array.from(after, (pick) => b[pick]!)].map(mean);
    return means[1]! - means[0]!;
  });

const interval = (random: Uniform, a: readonly number[], b: readonly number[]): [number, number] => {
  const all = [...draws(random, a, b)!];
  return [quantile(all, 0.025)!, quantile(all, 0.975)!];
};

describe('bootstrapDraws', () => {
  it('repeats itself by seed', () => {
    const once = () => draws(createRandom(1), [1, 2, 3, 4, 5], [2, 3, 5, 5, 7]);
    expect(once()).to.deep.equal(once());
    expect(once()).to.have.length(2000);
  });

  it('lets what both runs share cancel: a constant shift of wild blocks has a narrow interval', () => {
    const blocks = [5, 90, 1, 44, 70, 12];
    const [low, high] = interval(
      createRandom(1),
      blocks,
      blocks.map((block) => block + 3),
    );
    expect(low).to.be.closeTo(3, 1e-9);
    expect(high).to.be.closeTo(3, 1e-9);
  });

  it('covers the true difference about as often as it says', () => {
    const random = createRandom(11);
    const trials = 60;
    let covered = 0;
    for (let i = 0; i < trials; i += 1) {
      const draw = (centre: number): number[] => Array.from({ length: 20 }, () => drawNormal(random, centre, 2));
      const [low, high] = interval(random.fork(String(i)), draw(10), draw(9));
      if (low <= -1 && -1 <= high) covered += 1;
    }
    // Binomial(60, 0.93): below 49 has a probability of about 0.1 %.
    expect(covered).to.be.at.least(49);
    expect(covered).to.be.below(trials + 1);
  });

  it('has none with fewer than five blocks, nor for a statistic that is undefined', () => {
    expect(bootstrapDraws(createRandom(1), [4, 5], () => 1)).to.equal(null);
    expect(bootstrapDraws(createRandom(1), [5, 4], () => 1)).to.equal(null);
    expect(bootstrapDraws(createRandom(1), [5, 5], () => null)).to.equal(null);
  });

  it('works with unequally many blocks', () => {
    const [low, high] = interval(createRandom(2), [1, 2, 1, 2, 1, 2], [11, 12, 11, 12, 11]);
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

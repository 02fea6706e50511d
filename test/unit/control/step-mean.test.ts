import { expect } from 'chai';
import { StepMean } from '../../../src/control/step-mean.ts';

describe('the mean of neighbouring iterations', () => {
  it('comes after 40 ms and four iterations, weighed by time, and begins anew', () => {
    const mean = new StepMean();
    const steps = [10, 20, 10, 20, 10, 10, 10, 9];
    const observations = steps.map((durationMs, i) => mean.add(i + 1, 1000 * (i + 1), durationMs, 900, i));
    expect(observations.map((one) => one !== null)).to.deep.equal([false, false, false, true, false, false, false, false]);
    const batch = (1 * 10 + 2 * 20 + 3 * 10 + 4 * 20) / 60;
    expect(observations[3]).to.deep.equal({ load: { batch, tokens: 1000 * batch }, clockMhz: 900, latencyMs: 15, atMs: 3 });
  });

  it('holds no two clocks, and nothing from while one settles', () => {
    const mean = new StepMean();
    for (let i = 0; i < 3; i++) expect(mean.add(1, 100, 20, 900, i)).to.equal(null);
    expect(mean.add(1, 100, 20, null, 3)).to.equal(null);
    for (let i = 0; i < 3; i++) expect(mean.add(1, 100, 20, 1200, 4 + i)).to.equal(null);
    expect(mean.add(1, 100, 20, 1200, 7)).to.include({ clockMhz: 1200, latencyMs: 20 });
    for (let i = 0; i < 10; i++) expect(mean.add(1, 100, 20, null, 8 + i)).to.equal(null);
  });
});

import { expect } from 'chai';
import { WorkWatch } from '../../../../src/runs/benchmarking/work-watch.ts';
import { completed } from '../../../fixtures/outcomes.ts';

const schedule = ['r1', 'r2'].map((id) => ({ id, arrivalMs: 0, promptTokens: 10, maxTokens: 100 }));
const answer = (id: string, tokens: number) => completed({ id, intendedMs: 0, ttftMs: 10, gapMs: 1, tokens });

const reasonFor = (...tokens: readonly number[]): string | null => {
  const work = new WorkWatch(schedule);
  tokens.forEach((count, i) => work.add(answer(`r${i + 1}`, count)));
  return work.reason();
};

describe('the work that answers did', () => {
  it('is as asked for within 0.5 %', () => {
    expect(reasonFor(100, 100)).to.equal(null);
    expect(reasonFor(100, 99)).to.equal(null);
    expect(reasonFor()).to.equal(null);
  });

  it('is not where answers end early, or go on', () => {
    expect(reasonFor(100, 60)).to.match(/^Completed answers hold 80\.0 % of the output tokens/);
    expect(reasonFor(150, 100)).to.match(/125\.0 %/);
  });

  it('counts completed requests alone', () => {
    const work = new WorkWatch(schedule);
    work.add({ ...answer('r1', 3), status: 'cancelled' });
    expect(work.reason()).to.equal(null);
  });
});

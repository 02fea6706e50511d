import { expect } from 'chai';
import { slice, toSchedule } from '../../../src/workload/replay.ts';

const trace = [0, 10, 20, 30].map((arrivalMs, index) => ({ id: `r${index}`, arrivalMs, promptTokens: 100 * (index + 1), maxTokens: 5 }));

describe('replay', () => {
  it('slices a half-open stretch and counts from its start', () => {
    expect(slice(trace, 5, 30).map(({ id, arrivalMs }) => [id, arrivalMs])).to.deep.equal([
      ['r1', 5],
      ['r2', 15],
    ]);
  });

  it('takes the first requests, or as many as there are', () => {
    expect(toSchedule(trace, { requests: 2 })).to.deep.equal(trace.slice(0, 2));
    expect(toSchedule(trace, { requests: 9 })).to.deep.equal(trace);
    expect(toSchedule(trace, { requests: -1 })).to.deep.equal([]);
  });

  it('cuts long prompts only', () => {
    expect(toSchedule(trace, { maxPromptTokens: 250 }).map(({ promptTokens }) => promptTokens)).to.deep.equal([100, 200, 250, 250]);
  });

  it('keeps the whole blocks of a prompt that it cuts, and no empty list of them', () => {
    const shared = [{ id: 'r', arrivalMs: 0, promptTokens: 2000, maxTokens: 5, prefix: ['a', 'b', 'c'] }];
    expect(toSchedule(shared, { maxPromptTokens: 1535 })[0]).to.deep.include({ promptTokens: 1535, prefix: ['a', 'b'] });
    expect(toSchedule(shared, { maxPromptTokens: 511 })[0]).to.not.have.property('prefix');
    expect(toSchedule(shared, { maxPromptTokens: 2000 })).to.deep.equal(shared);
  });

  it('joins stretch and count, and leaves the trace as it was', () => {
    const before = structuredClone(trace);
    expect(toSchedule(trace, { fromMs: 10, requests: 2 }).map(({ id, arrivalMs }) => [id, arrivalMs])).to.deep.equal([
      ['r1', 0],
      ['r2', 10],
    ]);
    expect(trace).to.deep.equal(before);
  });

  it('refuses a prompt limit of nothing', () => {
    expect(() => toSchedule(trace, { maxPromptTokens: 0 })).to.throw('1 token or more');
  });
});

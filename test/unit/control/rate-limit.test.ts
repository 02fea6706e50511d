import { expect } from 'chai';
import { TransitionLimit } from '../../../src/control/rate-limit.ts';

const counted = (perS: number, ...timesMs: number[]): TransitionLimit => {
  const limit = new TransitionLimit(perS);
  timesMs.forEach((atMs) => limit.count(atMs));
  return limit;
};

describe('transition limit', () => {
  it('keeps the last place of a second for going faster', () => {
    const limit = counted(3, 0, 100);
    expect(limit.allows('down', 200)).to.equal(false);
    expect(limit.allows('up', 200)).to.equal(true);
    limit.count(200);
    expect(limit.allows('up', 999)).to.equal(false);
    expect(limit.allows('up', 1000)).to.equal(true);
    expect(limit.allows('down', 1000)).to.equal(false);
    expect(limit.allows('down', 1100)).to.equal(true);
  });

  it('with one place a second lets it serve both directions', () => {
    expect(counted(1).allows('down', 0)).to.equal(true);
    expect(counted(1, 0).allows('up', 999)).to.equal(false);
    expect(counted(1, 0).allows('down', 1000)).to.equal(true);
  });

  it('stretches its window below one a second', () => {
    const limit = counted(0.5, 0);
    expect(limit.allows('up', 1999)).to.equal(false);
    expect(limit.allows('up', 2000)).to.equal(true);
  });

  it('rounds a broken rate down', () => {
    expect(counted(2.9, 0, 100).allows('up', 200)).to.equal(false);
  });

  for (const perS of [0, -1, NaN]) {
    it(`refuses ${perS} transitions a second`, () => expect(() => new TransitionLimit(perS)).to.throw(RangeError));
  }
});

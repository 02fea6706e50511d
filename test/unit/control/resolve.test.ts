import { expect } from 'chai';
import { atLeast, within } from '../../../src/control/resolve.ts';

const TABLE = [600, 900, 1200];

describe('resolving clocks', () => {
  it('never rounds a promise down', () => {
    expect([599, 600, 601, 900, 1199.5, 1200].map((mhz) => atLeast(TABLE, mhz))).to.deep.equal([600, 600, 900, 900, 1200, 1200]);
  });

  it('answers the highest there is when more is asked', () => {
    expect(atLeast(TABLE, 1201)).to.equal(1200);
  });

  it('keeps both bounds, and refuses bounds that leave nothing', () => {
    expect(within(TABLE, 600, 900)).to.deep.equal([600, 900]);
    expect(within(TABLE, 601, Infinity)).to.deep.equal([900, 1200]);
    expect(() => within(TABLE, 901, 1199)).to.throw(RangeError, '901..1199');
  });
});

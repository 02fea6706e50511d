import { expect } from 'chai';
import { KvPool, kvTransferMs } from '../../../src/emulation/kv-pool.ts';

describe('the KV pool', () => {
  it('holds up to its capacity and gives back what was held', () => {
    const pool = new KvPool(100);
    pool.take(60);
    expect([pool.fits(40), pool.fits(41)]).to.deep.equal([true, false]);
    pool.take(40);
    pool.give(60);
    expect(pool.usedTokens).to.equal(40);
  });

  it('refuses more than it has, and stays as it was', () => {
    const pool = new KvPool(100);
    pool.take(60);
    expect(() => pool.take(41)).to.throw(RangeError, '101');
    expect(pool.usedTokens).to.equal(60);
  });

  it('refuses to give back more than it holds, and stays as it was', () => {
    const pool = new KvPool(100);
    pool.take(60);
    expect(() => pool.give(61)).to.throw(RangeError, '61');
    expect(pool.usedTokens).to.equal(60);
  });

  it('has no room when the weights leave none', () => {
    expect(new KvPool(-5).fits(1)).to.equal(false);
  });
});

describe('the KV transfer', () => {
  it('takes about 60 ms for 12 k tokens of Llama-3.1-8B at 25 GB/s', () => {
    expect(kvTransferMs(12_000, 131_072, { GBps: 25, setupMs: 1.5 })).to.be.within(60, 66);
  });
});

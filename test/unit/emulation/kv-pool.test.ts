import { expect } from 'chai';
import { KvPool, kvTransferMs } from '../../../src/emulation/kv-pool.ts';

describe('the KV pool', () => {
  it('holds up to its capacity and gives back what was held', () => {
    const pool = new KvPool(100);
    pool.hold('a', 60);
    expect([pool.fits(40), pool.fits(41)]).to.deep.equal([true, false]);
    pool.hold('b', 40);
    pool.free('a');
    expect([pool.usedTokens, pool.heldBy('a'), pool.heldBy('b')]).to.deep.equal([40, 0, 40]);
  });

  it('replaces what a request held before', () => {
    const pool = new KvPool(100);
    pool.hold('a', 60);
    pool.hold('a', 100);
    expect(pool.usedTokens).to.equal(100);
    pool.hold('a', 1);
    expect(pool.usedTokens).to.equal(1);
  });

  it('refuses more than it has, and stays as it was', () => {
    const pool = new KvPool(100);
    pool.hold('a', 60);
    expect(() => pool.hold('b', 41)).to.throw(RangeError, '101');
    expect([pool.usedTokens, pool.heldBy('b')]).to.deep.equal([60, 0]);
  });

  it('frees once, however often it is asked', () => {
    const pool = new KvPool(100);
    pool.hold('a', 60);
    pool.free('a');
    pool.free('a');
    pool.free('nobody');
    expect(pool.usedTokens).to.equal(0);
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

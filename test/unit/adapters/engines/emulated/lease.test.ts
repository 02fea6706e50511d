import { expect } from 'chai';
import { LeaseBook } from '../../../../../src/adapters/engines/emulated/lease.ts';

describe('lease book', () => {
  it('refuses a second holder while the first lives, and takes it afterwards with a higher token', () => {
    const book = new LeaseBook();
    const first = book.acquire('a', 100, 0);
    expect(book.acquire('b', 100, 99)).to.equal(null);
    const second = book.acquire('b', 100, 100);
    expect(second).to.be.above(first!);
    expect(book.holds(first!, 100)).to.equal(false);
  });

  it('fences off the older token of the same holder', () => {
    const book = new LeaseBook();
    const [first, second] = [book.acquire('a', 100, 0)!, book.acquire('a', 100, 1)!];
    expect(book.renew(first, 2)).to.equal(false);
    expect(book.renew(second, 2)).to.equal(true);
  });

  it('renewing extends by the ttl; an expired lease cannot be renewed', () => {
    const book = new LeaseBook();
    const token = book.acquire('a', 100, 0)!;
    expect(book.renew(token, 90)).to.equal(true);
    expect(book.expiresAtMs()).to.equal(190);
    expect(book.expire(189)).to.equal(false);
    expect(book.renew(token, 190)).to.equal(false);
  });

  it('expires once', () => {
    const book = new LeaseBook();
    book.acquire('a', 100, 0);
    expect([book.expire(100), book.expire(101)]).to.deep.equal([true, false]);
    expect(book.expiresAtMs()).to.equal(null);
  });

  it('release gives back once, and never on behalf of a stale token', () => {
    const book = new LeaseBook();
    const stale = book.acquire('a', 100, 0)!;
    const token = book.acquire('a', 100, 1)!;
    expect(book.release(stale, 2)).to.equal(false);
    expect([book.release(token, 2), book.release(token, 3)]).to.deep.equal([true, false]);
    expect(book.acquire('b', 100, 4)).to.be.above(token);
  });
});

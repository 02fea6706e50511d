import { expect } from 'chai';
import { PrefixBook } from '../../../src/routing/prefix-book.ts';
import { requestOf } from '../../fixtures/world/routing.ts';

const prompt = (...prefix: string[]) => requestOf({ promptTokens: 5000, prefix });

describe('PrefixBook', () => {
  it('knows the longest beginning that an instance was sent, in blocks of 512 tokens', () => {
    const book = new PrefixBook();
    book.sent('p0', prompt('a', 'ab', 'abc'));
    expect(book.cachedTokens('p0', prompt('a', 'ab', 'abx'))).to.equal(1024);
    expect(book.cachedTokens('p0', prompt('a', 'ab', 'abc', 'abcd'))).to.equal(1536);
    expect(book.cachedTokens('p0', prompt('b'))).to.equal(0);
    expect(book.cachedTokens('p1', prompt('a'))).to.equal(0);
  });

  it('leaves at least one token to be computed, and nothing is known of a prompt without hashes', () => {
    const book = new PrefixBook();
    book.sent('p0', prompt('a', 'ab'));
    expect(book.cachedTokens('p0', requestOf({ promptTokens: 1024, prefix: ['a', 'ab'] }))).to.equal(1023);
    expect(book.cachedTokens('p0', requestOf())).to.equal(0);
  });

  it('forgets what was used least recently, ends before beginnings', () => {
    const book = new PrefixBook(4);
    book.sent('p0', prompt('a', 'ab', 'abc'));
    book.sent('p0', prompt('x', 'xy'));
    expect(book.sizeOf('p0')).to.equal(4);
    expect(book.cachedTokens('p0', prompt('a', 'ab', 'abc'))).to.equal(1024);
    book.cachedTokens('p0', prompt('x', 'xy'));
    book.sent('p0', prompt('a', 'ab'));
    book.sent('p0', prompt('z'));
    expect(book.cachedTokens('p0', prompt('a', 'ab'))).to.equal(1024);
    expect(book.cachedTokens('p0', prompt('x', 'xy'))).to.equal(512);
  });

  it('holds no more than its size, however long a prompt is, and nothing at size 0', () => {
    const long = prompt(...Array.from({ length: 100 }, (_, i) => `block ${i}`));
    const book = new PrefixBook(10);
    book.sent('p0', long);
    expect(book.sizeOf('p0')).to.equal(10);
    const none = new PrefixBook(0);
    none.sent('p0', long);
    expect(none.cachedTokens('p0', long)).to.equal(0);
  });
});

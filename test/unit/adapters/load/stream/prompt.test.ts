import { expect } from 'chai';
import fc from 'fast-check';
import { promptText } from '../../../../../src/adapters/load/stream/prompt.ts';

const wordsOf = (id: string, promptTokens: number, prefix: readonly string[] = [], tokensPerWord = 1): string[] =>
  promptText({ id, promptTokens, prefix }, tokensPerWord).split(/\s+/);

describe('promptText', () => {
  it('has exactly as many words as tokens, however many blocks it shares', () => {
    const tokens = fc.oneof(fc.integer({ min: 1, max: 2000 }), fc.constantFrom(15, 16, 17, 511, 512, 513, 1024, 8192, 20_000));
    fc.assert(
      fc.property(tokens, fc.array(fc.string({ maxLength: 3 }), { maxLength: 5 }), (promptTokens, prefix) => {
        expect(wordsOf('r1', promptTokens, prefix)).to.have.length(promptTokens);
      }),
    );
  });

  it('is the same for the same request, and differs by request within the first words', () => {
    expect(wordsOf('r000001', 50)).to.deep.equal(wordsOf('r000001', 50));
    const starts = Array.from({ length: 500 }, (_, n) => wordsOf(`r${n}`, 16).join(' '));
    expect(new Set(starts).size).to.equal(500);
  });

  it('shares the text of equal blocks, and nothing after them', () => {
    const [a, b, c] = [wordsOf('a', 1200, ['x', 'xy']), wordsOf('b', 1500, ['x', 'xy']), wordsOf('c', 1200, ['x', 'xz'])];
    expect(a.slice(0, 1024)).to.deep.equal(b.slice(0, 1024));
    expect(a.slice(1024, 1040)).to.not.deep.equal(b.slice(1024, 1040));
    expect(a.slice(0, 512)).to.deep.equal(c.slice(0, 512));
    expect(a.slice(512, 528)).to.not.deep.equal(c.slice(512, 528));
    expect(wordsOf('d', 1200, ['y', 'xy']).slice(0, 16)).to.not.deep.equal(a.slice(0, 16));
  });

  it('ends within a block where the prompt does: its beginning is still the block', () => {
    expect(wordsOf('a', 600, ['x', 'xy'])).to.deep.equal(wordsOf('b', 1024, ['x', 'xy']).slice(0, 600));
  });

  it('has fewer words where the server counts several tokens for each, and shares blocks all the same', () => {
    expect(wordsOf('a', 1000, [], 1.25)).to.have.length(800);
    expect(wordsOf('a', 1, [], 3)).to.have.length(1);
    expect(wordsOf('a', 100, [], 0.5)).to.have.length(200);
    const [a, b] = [wordsOf('a', 1200, ['x', 'xy'], 1.3), wordsOf('b', 2000, ['x', 'xy'], 1.3)];
    expect(a).to.have.length(923);
    expect(a.slice(0, 788)).to.deep.equal(b.slice(0, 788));
    expect(a.slice(788, 804)).to.not.deep.equal(b.slice(788, 804));
  });
});

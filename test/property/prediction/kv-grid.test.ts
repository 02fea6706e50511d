import { expect } from 'chai';
import fc from 'fast-check';
import { KV_GRID } from '../../../src/prediction/tabled/grids.ts';

describe('the grid along KV tokens', () => {
  it('finds the stretch that a logarithm finds, at the ends of stretches, too', () => {
    const tokens = fc.oneof(fc.double({ min: 0, max: KV_GRID.toTokens, maxExcluded: true, noNaN: true }), fc.nat(4_000_000));
    fc.assert(
      fc.property(tokens, (asked) => {
        const stretch = KV_GRID.stretchOf(asked);
        expect(stretch).to.be.within(0, 2 ** KV_GRID.bits - 1);
        const roundingTokens = 1e-9 * (1 + asked);
        expect(asked).to.be.within(KV_GRID.low(stretch) - roundingTokens, KV_GRID.high(stretch) + roundingTokens);
      }),
      { numRuns: 2000 },
    );
  });

  it('has every whole stretch begin at its own low end', () => {
    for (let stretch = 0; KV_GRID.low(stretch) < KV_GRID.toTokens * 0.99; stretch++)
      expect(KV_GRID.stretchOf(KV_GRID.low(stretch) * (1 + 1e-9) + 1e-9)).to.equal(stretch);
  });
});

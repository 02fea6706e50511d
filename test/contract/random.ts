import { expect } from 'chai';
import fc from 'fast-check';
import type { Random } from '../../src/ports/random.ts';

const take = (random: Random, count: number): number[] => Array.from({ length: count }, () => random.next());
const seeds = fc.maxSafeInteger();
const MANY = 10_000;

/** Every Random passes this. */
export const randomContract = (name: string, seeded: (seed: number) => Random): void => {
  describe(`random contract: ${name}`, () => {
    it('stays in [0, 1)', () => {
      fc.assert(
        fc.property(seeds, (seed) => {
          for (const value of take(seeded(seed), 50)) expect(value).to.be.at.least(0).and.below(1);
        }),
      );
    });

    it('the same seed gives the same numbers, whoever draws from others in between; another seed gives others', () => {
      fc.assert(
        fc.property(seeds, seeds, (seed, other) => {
          const alone = take(seeded(seed), 20);
          const [mine, theirs] = [seeded(seed), seeded(other)];
          const among = alone.map(() => {
            theirs.next();
            return mine.next();
          });
          expect(among).to.deep.equal(alone);
          if (seed !== other) expect(take(seeded(other), 20)).to.not.deep.equal(alone);
        }),
      );
    });

    it('is uniform, and each number tells nothing of the next', () => {
      const values = take(seeded(7), MANY);
      const tenths = new Array<number>(10).fill(0);
      for (const value of values) tenths[Math.floor(value * 10)]! += 1;
      // Five standard deviations of a binomial count.
      for (const count of tenths) expect(count).to.be.within(MANY / 10 - 150, MANY / 10 + 150);
      const along = values.slice(1).reduce((sum, value, i) => sum + (value - 0.5) * (values[i]! - 0.5), 0);
      expect(Math.abs((12 * along) / MANY)).to.be.below(0.05);
    });

    it('has a finer grain than 32 bits: the lower half of a draw is not empty', () => {
      const fractions = take(seeded(7), 100).map((value) => (value * 2 ** 32) % 1);
      expect(fractions.filter((fraction) => fraction > 0).length).to.be.above(90);
    });
  });
};

import { expect } from 'chai';
import fc from 'fast-check';
import { exactBound } from '../../../../src/statistics/proportion-bound.ts';
import { createRandom, type Uniform } from '../../../../src/statistics/random.ts';
import { attainmentBound, jointAttainment } from '../../../../src/tuning/search/attainment-bound.ts';

const anyBlock = fc
  .tuple(fc.integer({ min: 0, max: 400 }), fc.integer({ min: 0, max: 400 }))
  .map(([a, b]) => ({ met: Math.min(a, b), of: Math.max(a, b) }));
const anyRun = fc.array(anyBlock, { maxLength: 24 }).map((kept) => ({ kept }));
const anyRuns = fc.array(anyRun, { minLength: 1, maxLength: 4 });

const CONFIDENCE = 0.95;
const BLOCKS = 20;

/**
 * Verdicts of a stream whose requests meet their promises in good spells and miss some in bad ones; the share of bad spells and what
 * they spoil give the mean.
 */
function spells(random: Uniform, requests: number, { bad, spoilt, length }: { bad: number; spoilt: number; length: number }): boolean[] {
  let inBad = random.next() < bad;
  return Array.from({ length: requests }, () => {
    if (random.next() < 1 / length) inBad = random.next() < bad;
    return !(inBad && random.next() < spoilt);
  });
}

const inBlocks = (verdicts: readonly boolean[]) => ({
  kept: Array.from({ length: BLOCKS }, (_, i) => {
    const part = verdicts.slice((i * verdicts.length) / BLOCKS, ((i + 1) * verdicts.length) / BLOCKS);
    return { met: part.filter(Boolean).length, of: part.length };
  }),
});

describe('properties of the attainment bound', () => {
  it('it is never narrower than if all requests were independent, and lies around the fraction', () => {
    fc.assert(
      fc.property(anyRuns, (runs) => {
        const joint = jointAttainment(runs);
        const { lower, upper } = attainmentBound(runs, CONFIDENCE);
        if (joint === null) {
          expect([lower, upper]).to.deep.equal([0, 1]);
          return;
        }
        const all = runs.flatMap(({ kept }) => kept);
        const [met, of] = [all.reduce((n, block) => n + block.met, 0), all.reduce((n, block) => n + block.of, 0)];
        const free = exactBound(met, of, CONFIDENCE);
        expect(lower).to.be.at.most(free.lower + 1e-9);
        expect(upper).to.be.at.least(free.upper - 1e-9);
        expect(joint).to.be.within(lower, upper);
      }),
      { numRuns: 300, seed: 11 },
    );
  });

  it('more confidence never makes it narrower', () => {
    fc.assert(
      fc.property(anyRuns, (runs) => {
        const [less, more] = [attainmentBound(runs, 0.9), attainmentBound(runs, 0.99)];
        expect(more.lower).to.be.at.most(less.lower + 1e-9);
        expect(more.upper).to.be.at.least(less.upper - 1e-9);
      }),
      { numRuns: 150, seed: 12 },
    );
  });

  // Fixed streams of random numbers: the counts below never change. Nominal misses would be 12 of 240 on either side.
  const SPELLS = [
    { name: 'independent misses', bad: 1, spoilt: 0.02, length: 1 },
    { name: 'spells of 30 requests', bad: 0.1, spoilt: 0.2, length: 30 },
    { name: 'spells of 50 requests', bad: 0.2, spoilt: 0.15, length: 50 },
    { name: 'spells as long as a block', bad: 0.2, spoilt: 0.1, length: 100 },
  ];
  for (const { name, ...stream } of SPELLS)
    it(`holds as often as it says: ${name}`, () => {
      const truth = 1 - stream.bad * stream.spoilt;
      const random = createRandom(7).fork(name);
      let [tooHigh, tooLow] = [0, 0];
      for (let i = 0; i < 240; i += 1) {
        const runs = [0, 1, 2].map((seed) => inBlocks(spells(random.fork(`${i} ${seed}`), 2000, stream)));
        const { lower, upper } = attainmentBound(runs, CONFIDENCE);
        if (lower > truth) tooHigh += 1;
        if (upper < truth) tooLow += 1;
      }
      expect(tooHigh, 'lower bounds above the truth').to.be.at.most(18);
      expect(tooLow, 'upper bounds below the truth').to.be.at.most(18);
    });
});

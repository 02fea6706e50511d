import { expect } from 'chai';
import fc from 'fast-check';
import type { EngineLimits } from '../../../../../src/domain/engine-facts.ts';
import { gridPoints } from '../../../../../src/runs/profiling/designs/grid.ts';
import { toldSpace } from '../../../../../src/runs/profiling/designs/told-loads.ts';
import { createRandom } from '../../../../../src/statistics/random.ts';

const NOTHING: EngineLimits = { kvTokens: null, maxRunning: null, contextTokens: null, chunkTokens: null };
const upTo = (most: number) => fc.option(fc.integer({ min: 1, max: most }));
const limits = fc.record({
  kvTokens: fc.option(fc.integer({ min: 256, max: 2_000_000 })),
  maxRunning: upTo(4096),
  contextTokens: fc.option(fc.integer({ min: 16, max: 200_000 })),
  chunkTokens: fc.option(fc.integer({ min: 16, max: 65_536 })),
});

describe('loads of an engine of which only its own word is known', () => {
  it('stay within what it told, with room for the output of each request', () => {
    fc.assert(
      fc.property(limits, fc.integer(), (told, seed) => {
        for (const { batch, tokens } of gridPoints(toldSpace('decode', told), [1000], createRandom(seed))) {
          expect(batch).to.be.within(1, told.maxRunning ?? 512);
          expect(tokens).to.be.at.least(1);
          if (told.contextTokens !== null) expect(tokens).to.be.below(told.contextTokens);
          if (told.kvTokens !== null && batch > 1) expect(batch * tokens).to.be.at.most(told.kvTokens);
        }
        for (const { batch, tokens } of gridPoints(toldSpace('prefill', told), [1000], createRandom(seed))) {
          if (told.contextTokens !== null) expect(tokens).to.be.below(told.contextTokens);
          if (told.chunkTokens === null) expect(batch).to.equal(1);
          else if (batch > 1) expect(batch * tokens).to.be.at.most(told.chunkTokens);
        }
      }),
    );
  });

  it('are modest where it told nothing: single prompts, 64 requests', () => {
    expect(toldSpace('prefill', NOTHING)).to.deep.include({ batch: [1, 1], tokens: [64, 8192] });
    expect(toldSpace('decode', NOTHING)).to.deep.include({ batch: [1, 64], tokens: [64, 4096] });
  });
});

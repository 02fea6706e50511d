import { expect } from 'chai';
import fc from 'fast-check';
import { nextRung, type Rung } from '../../../../../src/runs/profiling/designs/steps.ts';

/** Answers every question of the search. */
const search = (latencyMs: (batch: number) => number, largest = 512): Rung[] => {
  const rungs: Rung[] = [];
  for (let rows = nextRung(rungs, largest); rows !== null; rows = nextRung(rungs, largest)) {
    rungs.push({ rows, latencyMs: latencyMs(rows) });
    if (rungs.length > 300) throw new Error('it never ends');
  }
  return rungs.sort((a, b) => a.rows - b.rows);
};

/** Between which two measured batches a step lies. */
const bracketOf = (rungs: readonly Rung[], step: number): readonly [number, number] => {
  const above = rungs.findIndex(({ rows }) => rows > step);
  return [rungs[above - 1]!.rows, rungs[above]!.rows];
};

const staircase =
  (tile: number, height: number, slope = 0.002) =>
  (batch: number): number =>
    10 + slope * batch + height * 10 * (Math.ceil(batch / tile) - 1);

describe('the search for batch steps', () => {
  it('brackets every step of a staircase by 1/64 of its batch, whatever its tile', () => {
    fc.assert(
      fc.property(fc.integer({ min: 96, max: 200 }), fc.double({ min: 0.3, max: 0.6, noNaN: true }), (tile, height) => {
        const rungs = search(staircase(tile, height));
        for (let step = tile; step < 512; step += tile) {
          const [low, high] = bracketOf(rungs, step);
          expect(high - low, `step at ${step}, between ${low} and ${high}`).to.be.at.most(Math.max(1, Math.ceil(step / 64)));
        }
      }),
      { numRuns: 60 },
    );
  });

  it('asks little: the ladder, and a few batches for each step', () => {
    expect(search(staircase(128, 0.4)).length).to.be.at.most(8 + 3 * 6);
  });

  it('finds no step where there is none, however steep the slope', () => {
    expect(search((batch) => 10 + batch / 10)).to.have.length(8);
    expect(search(() => 10)).to.have.length(8);
  });

  it('ends also with noise of 2 %, and where a slower batch is measured faster', () => {
    let seed = 1;
    const noise = (): number => ((seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647 - 0.5) * 0.04;
    expect(search((batch) => staircase(128, 0.4)(batch) * (1 + noise())).length).to.be.below(120);
  });

  it('has nothing to ask of an engine that runs one small batch', () => {
    expect(search(() => 10, 1)).to.deep.equal([]);
    expect(search(() => 10, 64).length).to.be.at.most(1);
  });
});

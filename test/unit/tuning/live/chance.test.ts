import { expect } from 'chai';
import { GUARD_DEFAULTS } from '../../../../src/tuning/live/options.ts';
import { slowed, World } from './world.ts';

/** Targets stay where they are, so that the misses are what they are. */
const STILL = { ...GUARD_DEFAULTS.margins, stepUp: 0, stepDown: 0 };
/** Half a point better than was promised, and three points worse. */
const [BETTER, WORSE] = [0.005, 0.03];

describe('live tuning and chance (seeded)', () => {
  for (const [sloTarget, mostRequests] of [
    [0.99, 2500],
    [0.9, 10_000],
  ] as const)
    it(`at a target of ${100 * sloTarget} %: half a point above nothing halts, three points below it halts within ${mostRequests} requests`, () => {
      for (const seed of [1, 2, 3]) {
        const world = new World({ prefill: 1, decode: 1, seed, lookMs: 5000, guard: { sloTarget, margins: STILL } });
        const allowed = 1 - sloTarget;
        world.misses = { itl: () => allowed - BETTER };
        expect(world.until('all'), 'half a point is enough to go on').to.equal(true);
        world.run(3600);
        expect([...world.texts('breach'), ...world.texts('halt')], `seed ${seed}`).to.deep.equal([]);
        const before = world.requests;
        world.misses = { itl: slowed(allowed + WORSE, allowed - BETTER) };
        expect(world.until('held', 3600)).to.equal(true);
        expect(world.requests - before, `seed ${seed}`).to.be.at.most(mostRequests);
      }
    });
});

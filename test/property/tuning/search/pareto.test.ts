import { expect } from 'chai';
import fc from 'fast-check';
import { undominated } from '../../../../src/tuning/search/pareto.ts';

// Few values, so that ties and equal points are common.
const anyPoints = fc.array(fc.tuple(...Array.from({ length: 4 }, () => fc.integer({ min: 0, max: 5 }))), { maxLength: 60 });

/** Straight from the definition, the other way round: somebody is at least as good everywhere, and is not the same. */
const beaten = (point: readonly number[], points: readonly (readonly number[])[]): boolean =>
  points.some((other) => !other.some((value, i) => value > point[i]!) && other.join() !== point.join());

describe('properties of the Pareto front', () => {
  it('it is what nobody beats', () => {
    fc.assert(
      fc.property(anyPoints, (points) => {
        const front = undominated(points);
        const wanted = points.flatMap((point, i) => (beaten(point, points) ? [] : [i]));
        expect(front).to.deep.equal(wanted);
        if (points.length > 0) expect(front).to.not.be.empty;
      }),
      { numRuns: 300, seed: 31 },
    );
  });
});

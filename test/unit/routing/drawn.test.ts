import { expect } from 'chai';
import { powerOfTwo } from '../../../src/routing/power-of-two.ts';
import { randomRouting } from '../../../src/routing/random.ts';
import { createRandom } from '../../../src/statistics/random.ts';
import { decodeAt, placement, prefillAt, question, waiting } from '../../fixtures/world/routing.ts';

const DRAWS = 2000;
const NAMES = [0, 1, 2, 3];

const fleet = question({
  prefill: NAMES.map((i) => prefillAt(`p${i}`, waiting(...Array.from({ length: i }, () => 100)))),
  decode: NAMES.map((i) => decodeAt(`d${i}`, i)),
});

describe('random routing', () => {
  it('takes every instance about equally often, whatever it holds', () => {
    const policy = randomRouting(createRandom(7));
    const counts = new Map<string, number>();
    for (let i = 0; i < DRAWS; i++) {
      const { prefill, decode } = placement(policy.choose(fleet));
      for (const id of [prefill, decode]) counts.set(id, (counts.get(id) ?? 0) + 1);
    }
    // Five standard deviations of a fair draw.
    for (const i of NAMES) for (const role of ['p', 'd']) expect(counts.get(`${role}${i}`)).to.be.within(DRAWS / 4 - 97, DRAWS / 4 + 97);
  });

  it('draws the same for the same seed, and not for another one', () => {
    const drawn = (seed: number): string[] => {
      const policy = randomRouting(createRandom(seed));
      return Array.from({ length: 50 }, () => placement(policy.choose(fleet)).decode);
    };
    expect(drawn(1)).to.deep.equal(drawn(1));
    expect(drawn(1)).to.not.deep.equal(drawn(2));
  });
});

describe('power-of-two routing', () => {
  it('never takes the busiest where there are more, and the lightest half of the time', () => {
    const policy = powerOfTwo(createRandom(7));
    const chosen = Array.from({ length: DRAWS }, () => placement(policy.choose(fleet)));
    expect(chosen.map(({ prefill }) => prefill)).to.not.include('p3');
    expect(chosen.map(({ decode }) => decode)).to.not.include('d3');
    // 3 of the 6 pairs hold the lightest.
    expect(chosen.filter(({ decode }) => decode === 'd0').length / DRAWS).to.be.closeTo(1 / 2, 0.06);
    expect(chosen.filter(({ prefill }) => prefill === 'p2').length / DRAWS).to.be.closeTo(1 / 6, 0.05);
  });

  it('takes the only one there is', () => {
    expect(placement(powerOfTwo(createRandom(1)).choose(question()))).to.include({ prefill: 'p0', decode: 'd0' });
  });
});

import { expect } from 'chai';
import type { RoutingPolicy } from '../../../src/routing/policy.ts';
import { tileAware } from '../../../src/routing/tile-aware.ts';
import { whatIf } from '../../../src/routing/what-if.ts';
import { createRandom } from '../../../src/statistics/random.ts';
import { decodeAt, placement, prefillAt, question } from '../../fixtures/world/routing.ts';

const decodeOf = (policy: RoutingPolicy, ...requests: readonly (readonly [requests: number, currentMhz?: number])[]): string =>
  placement(policy.choose(question({ decode: requests.map(([n, currentMhz = 1005], i) => decodeAt(`d${i}`, n, {}, { currentMhz })) })))
    .decode;

describe('tile-aware routing', () => {
  const policy = tileAware(createRandom(1));

  it('while nobody has a tile full: the lowest clock, then the fewest requests', () => {
    expect(decodeOf(policy, [10, 1410], [100, 1005])).to.equal('d1');
    expect(decodeOf(policy, [30], [20], [127])).to.equal('d1');
  });

  it('then the fewest occupied tiles, and of those the fullest', () => {
    expect(decodeOf(policy, [130], [60], [100])).to.equal('d2');
    expect(decodeOf(policy, [130], [255], [300])).to.equal('d1');
  });

  it('opens no new tile while another has room', () => {
    expect(decodeOf(policy, [128], [200])).to.equal('d1');
    expect(decodeOf(policy, [128], [256])).to.equal('d0');
  });

  it('counts requests on their way, and takes another tile size', () => {
    const fleet = question({ decode: [decodeAt('d0', 100, { incoming: 28 }), decodeAt('d1', 129)] });
    expect(placement(policy.choose(fleet)).decode).to.equal('d1');
    expect(decodeOf(tileAware(createRandom(1), 8), [8], [5], [3])).to.equal('d1');
  });

  it('draws its prefill instance', () => {
    const fleet = question({ prefill: [prefillAt('p0'), prefillAt('p1')] });
    const drawn = new Set(Array.from({ length: 40 }, () => placement(policy.choose(fleet)).prefill));
    expect([...drawn].sort()).to.deep.equal(['p0', 'p1']);
  });
});

describe('what-if routing', () => {
  const policy = whatIf(createRandom(1));
  const tight = (...requests: number[]): string =>
    placement(policy.choose(question({ slo: { ttftMs: 1000, itlMs: 26 }, decode: requests.map((n, i) => decodeAt(`d${i}`, n)) }))).decode;

  it('prefers an instance that keeps its clock to one that would have to step up', () => {
    // The tile edge asks for a faster clock: 128 requests would become 129.
    expect(placement(policy.choose(question({ decode: [decodeAt('d0', 128), decodeAt('d1', 128, { kvTokens: 1000 })] }))).decode).to.equal(
      'd1',
    );
  });

  it('takes the lowest clock where the needed ones lie far apart, and the fullest of equals', () => {
    expect(tight(100, 10)).to.equal('d1');
    expect(decodeOf(policy, [10], [12])).to.equal('d1');
  });
});

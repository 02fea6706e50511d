import { expect } from 'chai';
import { CACHE_AWARE_TUNABLES, cacheAware } from '../../../src/routing/cache-aware.ts';
import type { RoutingPolicy } from '../../../src/routing/policy.ts';
import { decodeAt, placement, prefillAt, question, requestOf, waiting } from '../../fixtures/world/routing.ts';

const prompts = (count: number) => waiting(...Array.from({ length: count }, () => 100));
const asking = (prefix: readonly string[] | undefined, ...waitingAt: number[]) =>
  question({
    request: requestOf({ promptTokens: 2048, ...(prefix && { prefix }) }),
    prefill: waitingAt.map((count, i) => prefillAt(`p${i}`, prompts(count))),
  });
const prefillOf = (policy: RoutingPolicy, ...asked: Parameters<typeof asking>): string =>
  placement(policy.choose(asking(...asked))).prefill;

describe('cache-aware routing', () => {
  it('sends a prompt where its beginning was sent before, though another instance is lighter', () => {
    const policy = cacheAware();
    expect(prefillOf(policy, ['a', 'ab'], 1, 0)).to.equal('p1');
    expect(prefillOf(policy, ['a', 'ab', 'abc'], 0, 9)).to.equal('p1');
    expect(prefillOf(policy, ['b', 'bc'], 0, 9)).to.equal('p0');
  });

  it('prefers the longest match', () => {
    const policy = cacheAware();
    expect(prefillOf(policy, ['a', 'ax', 'axy'], 0, 1)).to.equal('p0');
    expect(prefillOf(policy, ['b', 'bx'], 1, 0)).to.equal('p1');
    expect(prefillOf(policy, ['b', 'bx', 'bxy'], 0, 3)).to.equal('p1');
  });

  it('gives up the cache when its instance is far busier than another', () => {
    const policy = cacheAware();
    prefillOf(policy, ['a', 'ab'], 1, 0);
    const { mostDifference } = CACHE_AWARE_TUNABLES;
    expect(prefillOf(policy, ['a', 'ab'], 0, mostDifference)).to.equal('p1');
    const policy2 = cacheAware();
    prefillOf(policy2, ['a', 'ab'], 1, 0);
    expect(prefillOf(policy2, ['a', 'ab'], 0, mostDifference + 1)).to.equal('p0');
  });

  it('counts requests where nothing is known: no hashes, or too short a match', () => {
    const policy = cacheAware();
    expect(prefillOf(policy, undefined, 2, 1)).to.equal('p1');
    prefillOf(policy, ['a'], 0, 5);
    expect(prefillOf(policy, ['a', 'ab', 'abc', 'abcd'], 1, 0)).to.equal('p1');
  });

  it('decodes where the fewest requests are', () => {
    expect(placement(cacheAware().choose(question({ decode: [decodeAt('d0', 3), decodeAt('d1', 2)] }))).decode).to.equal('d1');
  });
});

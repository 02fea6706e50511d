import { expect } from 'chai';
import { leastRequests } from '../../../src/routing/least-requests.ts';
import { roundRobin } from '../../../src/routing/round-robin.ts';
import type { DecodeLoad, PrefillLoad } from '../../../src/telemetry/load.ts';
import { decodeAt, placement, prefillAt, question, waiting } from '../../fixtures/world/routing.ts';

const asking = (prefill: readonly Partial<PrefillLoad>[], decode: readonly Partial<DecodeLoad>[]) =>
  question({
    prefill: prefill.map((load, i) => prefillAt(`p${i}`, load)),
    decode: decode.map((load, i) => decodeAt(`d${i}`, load.batch ?? 0, load)),
  });
const prompts = (count: number) => waiting(...Array.from({ length: count }, () => 100));

describe('round-robin routing', () => {
  it('takes each instance of a role in turn, whatever their number', () => {
    const policy = roundRobin();
    const asked = asking([{}, {}], [{}, {}, {}]);
    const turns = Array.from({ length: 12 }, () => placement(policy.choose(asked)));
    expect(turns.map(({ prefill }) => prefill).slice(0, 4)).to.deep.equal(['p0', 'p1', 'p0', 'p1']);
    expect(turns.map(({ decode }) => decode).slice(0, 6)).to.deep.equal(['d0', 'd1', 'd2', 'd0', 'd1', 'd2']);
    for (const id of ['d0', 'd1', 'd2']) expect(turns.filter(({ decode }) => decode === id)).to.have.length(4);
  });

  it('counts for itself: two gateways do not share a turn', () => {
    const asked = asking([{}, {}], [{}]);
    roundRobin().choose(asked);
    expect(placement(roundRobin().choose(asked)).prefill).to.equal('p0');
  });
});

describe('least-requests routing', () => {
  const chosen = (...loads: Parameters<typeof asking>): string[] => {
    const { prefill, decode } = placement(leastRequests.choose(asking(...loads)));
    return [prefill, decode];
  };

  it('takes the fewest requests of each role, those without a first token included', () => {
    const decode = [{ batch: 2, incoming: 2 }, { batch: 4 }, { batch: 1, incoming: 2 }];
    expect(chosen([prompts(2), prompts(1), prompts(3)], decode)).to.deep.equal(['p1', 'd2']);
  });

  it('breaks a tie by the lower rate at prefill and the fewer KV tokens at decode', () => {
    const decode = [
      { batch: 2, kvTokens: 5000 },
      { batch: 2, kvTokens: 4000 },
    ];
    expect(chosen([{ requestRatePerS: 3 }, { requestRatePerS: 2 }], decode)).to.deep.equal(['p1', 'd1']);
  });

  it('does not let a tie outweigh a request', () => {
    const prefill = [
      { ...prompts(1), requestRatePerS: 9 },
      { ...prompts(2), requestRatePerS: 0 },
    ];
    const decode = [
      { batch: 1, kvTokens: 9000 },
      { batch: 2, kvTokens: 10 },
    ];
    expect(chosen(prefill, decode)).to.deep.equal(['p0', 'd0']);
  });
});

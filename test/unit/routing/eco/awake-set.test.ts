import { expect } from 'chai';
import { AWAKE_TUNABLES, AwakeSet } from '../../../../src/routing/eco/awake-set.ts';
import { decodeAt, question } from '../../../fixtures/world/routing.ts';

const OUTPUT_TOKENS = 150;
const ITL_MS = 45;
const fleet = (...requests: number[]) => requests.map((own, i) => decodeAt(`d${i}`, own, { kvTokens: own * 150 }));
const asked = (nowMs: number, requestRatePerS: number, ...requests: number[]) =>
  question({ nowMs, decode: fleet(...requests), arrivals: { requestRatePerS, meanPromptTokens: 70, queued: 1, queuedTokens: 70 } });

/** The rate has held for long. */
const settle = (set: AwakeSet, fromMs: number, forMs: number, ratePerS: number, ...requests: number[]): string[] => {
  let members: string[] = [];
  for (let nowMs = fromMs; nowMs < fromMs + forMs; nowMs += 200) {
    members = [...set.of(asked(nowMs, ratePerS, ...requests), OUTPUT_TOKENS, ITL_MS)];
  }
  return members.sort();
};

describe('decode instances awake', () => {
  it('one for a light load, more for a heavy one, all when nothing suffices', () => {
    const counts = [1, 20, 60, 120, 10_000].map((ratePerS) => settle(new AwakeSet(), 0, 1000, ratePerS, 0, 0, 0, 0).length);
    expect(counts[0]).to.equal(1);
    expect(counts.at(-1)).to.equal(4);
    expect(counts).to.deep.equal([...counts].sort());
    expect(counts[2]).to.be.above(1);
  });

  it('keeps the fullest, and lets the emptiest drain', () => {
    expect(settle(new AwakeSet(), 0, 1000, 1, 3, 9, 5)).to.deep.equal(['d1']);
  });

  it('takes one more at once, one less only after a calm time', () => {
    const set = new AwakeSet({ ...AWAKE_TUNABLES, memoryMs: 1 });
    expect(settle(set, 0, 1000, 1, 0, 0)).to.have.length(1);
    expect(settle(set, 1000, 400, 60, 0, 0)).to.have.length(2);
    expect(settle(set, 2000, AWAKE_TUNABLES.calmMs - 400, 1, 0, 0), 'not yet calm').to.have.length(2);
    expect(settle(set, 2000 + AWAKE_TUNABLES.calmMs, 1000, 1, 0, 0)).to.have.length(1);
  });

  it('does not change its members for nothing: another that is as good stays asleep', () => {
    const set = new AwakeSet();
    const [first] = settle(set, 0, 1000, 1, 5, 0);
    expect(first).to.equal('d0');
    expect(settle(set, 1000, 1000, 1, 5, 8)).to.deep.equal(['d0']);
  });

  it('a burst within its memory wakes nobody', () => {
    const set = new AwakeSet();
    settle(set, 0, 10_000, 10, 0, 0);
    expect(settle(set, 10_000, 400, 70, 0, 0)).to.have.length(1);
    expect(settle(set, 10_400, 40_000, 70, 0, 0)).to.have.length(2);
  });

  it('asks again when none of its members is left', () => {
    const set = new AwakeSet();
    settle(set, 0, 1000, 1, 5, 0);
    const other = { ...asked(1000, 1, 0), decode: [decodeAt('x0', 0)] };
    expect([...set.of(other, OUTPUT_TOKENS, ITL_MS)]).to.deep.equal(['x0']);
  });
});

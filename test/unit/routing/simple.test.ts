import { expect } from 'chai';
import type { Candidate, RoutingQuestion } from '../../../src/routing/policy.ts';
import { leastRequests } from '../../../src/routing/least-requests.ts';
import { roundRobin } from '../../../src/routing/round-robin.ts';
import type { DecodeLoad, PrefillLoad } from '../../../src/telemetry/load.ts';
import { decodeLoad, NOW_MS, predictorOf, prefillLoad } from '../../fixtures/world/loads.ts';
import { clocksMhz } from '../../fixtures/world/shipped.ts';

const candidate = <L extends PrefillLoad | DecodeLoad>(id: string, load: L): Candidate<L> => ({
  id,
  load,
  predictor: predictorOf(load.phase === 'prefill' ? 'p0' : 'd0'),
  clocksMhz,
  currentMhz: 1410,
});

const question = (prefill: Partial<PrefillLoad>[], decode: Partial<DecodeLoad>[]): RoutingQuestion => ({
  nowMs: NOW_MS,
  request: { id: 'r1', arrivalMs: NOW_MS, promptTokens: 1000 },
  slo: { ttftMs: 1000, itlMs: 50 },
  prefill: prefill.map((load, i) => candidate(`p${i}`, prefillLoad(load))),
  decode: decode.map((load, i) => candidate(`d${i}`, decodeLoad(load))),
});

const prompts = (count: number) => Array.from({ length: count }, () => ({ arrivalMs: NOW_MS, promptTokens: 100 }));

describe('round-robin routing', () => {
  it('takes each instance of a role in turn, whatever their number', () => {
    const policy = roundRobin();
    const asked = question([{}, {}], [{}, {}, {}]);
    const turns = Array.from({ length: 12 }, () => policy.choose(asked));
    expect(turns.map(({ prefill }) => prefill).slice(0, 4)).to.deep.equal(['p0', 'p1', 'p0', 'p1']);
    expect(turns.map(({ decode }) => decode).slice(0, 6)).to.deep.equal(['d0', 'd1', 'd2', 'd0', 'd1', 'd2']);
    for (const id of ['d0', 'd1', 'd2']) expect(turns.filter(({ decode }) => decode === id)).to.have.length(4);
  });

  it('counts for itself: two gateways do not share a turn', () => {
    const asked = question([{}, {}], [{}]);
    roundRobin().choose(asked);
    expect(roundRobin().choose(asked).prefill).to.equal('p0');
  });
});

describe('least-requests routing', () => {
  it('takes the fewest requests of each role, those without a first token included', () => {
    const { prefill, decode } = leastRequests.choose(
      question(
        [{ waiting: prompts(2) }, { waiting: prompts(1) }, { waiting: prompts(3) }],
        [{ batch: 2, incoming: 2 }, { batch: 4 }, { batch: 1, incoming: 2 }],
      ),
    );
    expect([prefill, decode]).to.deep.equal(['p1', 'd2']);
  });

  it('breaks a tie by the lower rate at prefill and the fewer KV tokens at decode', () => {
    const { prefill, decode } = leastRequests.choose(
      question(
        [{ requestRatePerS: 3 }, { requestRatePerS: 2 }],
        [
          { batch: 2, kvTokens: 5000 },
          { batch: 2, kvTokens: 4000 },
        ],
      ),
    );
    expect([prefill, decode]).to.deep.equal(['p1', 'd1']);
  });

  it('does not let a tie outweigh a request', () => {
    const { prefill, decode } = leastRequests.choose(
      question(
        [
          { waiting: prompts(1), requestRatePerS: 9 },
          { waiting: prompts(2), requestRatePerS: 0 },
        ],
        [
          { batch: 2, kvTokens: 9000 },
          { batch: 3, kvTokens: 1 },
        ],
      ),
    );
    expect([prefill, decode]).to.deep.equal(['p0', 'd0']);
  });
});

import { expect } from 'chai';
import { combined } from '../../../src/routing/combined.ts';
import { lateBinding, LATE_BINDING_TUNABLES } from '../../../src/routing/late-binding.ts';
import { leastRequests } from '../../../src/routing/least-requests.ts';
import type { RoutingPolicy } from '../../../src/routing/policy.ts';
import { roundRobin } from '../../../src/routing/round-robin.ts';
import { NOW_MS } from '../../fixtures/world/loads.ts';
import { decodeAt, placement, prefillAt, question, requestOf, waiting } from '../../fixtures/world/routing.ts';

const policy = lateBinding(leastRequests);
const busy = (id: string, promptTokens: number) => prefillAt(id, waiting(promptTokens));
const endMs = (promptTokens: number): number =>
  NOW_MS + prefillAt('p').predictor.predict({ batch: 1, tokens: promptTokens }, 1410).latencyMs;

describe('late binding', () => {
  it('asks the policy about idle instances only', () => {
    const asked = question({ prefill: [busy('p0', 50), prefillAt('p1')] });
    expect(placement(lateBinding(roundRobin()).choose(asked)).prefill).to.equal('p1');
  });

  it('waits for the instance that will be free first, and leaves a little before it is', () => {
    const asked = question({ prefill: [busy('p0', 4000), busy('p1', 1000)] });
    const decision = policy.choose(asked);
    if (decision.kind !== 'hold') throw new Error('not held');
    expect(decision.untilMs).to.be.within(NOW_MS + 1, endMs(1000) - LATE_BINDING_TUNABLES.earlyMs + 1e-6);
    expect(placement(policy.choose({ ...asked, nowMs: decision.untilMs })).prefill).to.equal('p1');
  });

  it('sends so many to one instance as make a batch, not all', () => {
    const { batchTokens } = LATE_BINDING_TUNABLES;
    const atEnd = { nowMs: endMs(500), prefill: [prefillAt('p0', waiting(500, batchTokens - 500)), busy('p1', 8000)] };
    expect(placement(policy.choose(question({ ...atEnd, request: requestOf({ promptTokens: 500 }) }))).prefill).to.equal('p0');
    expect(policy.choose(question({ ...atEnd, request: requestOf({ promptTokens: 501 }) })).kind).to.equal('hold');
  });

  it('lets go what is late, whatever the telemetry says', () => {
    const stuck = question({ prefill: [prefillAt('p0', waiting(500, 8000, 8000))], request: requestOf({ arrivalMs: NOW_MS - 1000 }) });
    expect(policy.choose(stuck).kind).to.equal('placement');
  });
});

describe('combined routing', () => {
  const fixed = (prefill: string, decode: string): RoutingPolicy => ({
    id: `${prefill}${decode}`,
    choose: () => ({ kind: 'placement', prefill, decode, reason: prefill + decode }),
  });

  it('takes prefill from the one and decode from the other', () => {
    expect(combined(fixed('p0', 'd0'), fixed('p1', 'd1')).choose(question())).to.include({ prefill: 'p0', decode: 'd1' });
  });

  it('waits while either does, and asks the second only when the first would send', () => {
    const hold = { kind: 'hold', untilMs: NOW_MS + 5, reason: 'wait' } as const;
    const turn = roundRobin();
    const holding: RoutingPolicy = { id: 'holding', choose: () => hold };
    expect(combined(holding, turn).choose(question())).to.equal(hold);
    expect(combined(fixed('p0', 'd0'), holding).choose(question())).to.equal(hold);
    const fleet = question({ decode: [decodeAt('d0', 0), decodeAt('d1', 0)] });
    expect(placement(turn.choose(fleet)).decode).to.equal('d0');
  });
});

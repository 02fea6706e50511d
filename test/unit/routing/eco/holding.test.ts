import { expect } from 'chai';
import { ecoRouting } from '../../../../src/routing/eco/index.ts';
import { ECO_TUNABLES, type EcoTunables } from '../../../../src/routing/eco/tunables.ts';
import type { Hold, RoutingQuestion } from '../../../../src/routing/policy.ts';
import type { Arrivals } from '../../../../src/telemetry/load.ts';
import { arrivals, NOW_MS } from '../../../fixtures/world/loads.ts';
import { prefillAt, question, requestOf, SLO, waiting } from '../../../fixtures/world/routing.ts';

const decide = (over: Partial<RoutingQuestion>, tunables: EcoTunables = ECO_TUNABLES) => ecoRouting(tunables).choose(question(over));
const held = (...of: Parameters<typeof decide>): Hold => {
  const decision = decide(...of);
  if (decision.kind !== 'hold') throw new Error(`placed: ${decision.reason}`);
  return decision;
};
const kindOf = (...of: Parameters<typeof decide>): string => decide(...of).kind;

describe('eco routing, late binding', () => {
  const busy = { prefill: [prefillAt('p0', waiting(2000))] };

  it('holds a prompt while its instance is busy, until shortly before the iteration ends', () => {
    const { untilMs } = held(busy);
    const endMs = NOW_MS + busy.prefill[0]!.predictor.predict({ batch: 1, tokens: 2000 }, 1410).latencyMs;
    expect(untilMs).to.be.within(NOW_MS + 1, endMs - ECO_TUNABLES.earlyMs);
    expect(kindOf({ ...busy, nowMs: untilMs })).to.equal('placement');
  });

  it('sends it at once where time is short, so that the governor there sees it', () => {
    expect(kindOf({ ...busy, request: requestOf({ arrivalMs: NOW_MS - 600 }) })).to.equal('placement');
    expect(kindOf({ ...busy, arrivals: arrivals({ queued: 5, queuedTokens: 8000 }) })).to.equal('placement');
  });

  it('can be switched off', () => {
    expect(kindOf(busy, { ...ECO_TUNABLES, lateBinding: false })).to.equal('placement');
  });
});

describe('eco routing, company', () => {
  const short = (over: Partial<Arrivals> = {}, promptTokens = 70): Partial<RoutingQuestion> => ({
    request: requestOf({ promptTokens }),
    arrivals: arrivals({ requestRatePerS: 40, meanPromptTokens: promptTokens, queued: 1, queuedTokens: promptTokens, ...over }),
  });
  const mostMs = ECO_TUNABLES.companyWait * SLO.ttftMs;

  it('lets a short prompt wait for others while many arrive, a bounded part of the TTFT SLO', () => {
    expect(held(short()).untilMs).to.equal(NOW_MS + mostMs);
    expect(kindOf({ ...short(), nowMs: NOW_MS + mostMs })).to.equal('placement');
  });

  it('does not where few arrive, or none has been seen', () => {
    expect(kindOf(short({ requestRatePerS: 2 }))).to.equal('placement');
    expect(kindOf(short({ meanPromptTokens: null }))).to.equal('placement');
  });

  it('does not for prompts that fill the GPU by themselves', () => {
    expect(kindOf(short({}, 2000))).to.equal('placement');
  });

  it('ends when the group is large enough', () => {
    expect(kindOf(short({ queued: 20, queuedTokens: 1400 }))).to.equal('placement');
  });

  it('does not where the deadline would not keep it', () => {
    expect(kindOf({ ...short(), prefill: [prefillAt('p0', { afterPrefillMs: 500 })] })).to.equal('placement');
  });

  it('can be switched off', () => {
    expect(kindOf(short(), { ...ECO_TUNABLES, companyWait: 0 })).to.equal('placement');
  });
});

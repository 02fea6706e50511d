import { expect } from 'chai';
import { ecoRouting } from '../../../src/routing/eco.ts';
import type { Candidate } from '../../../src/routing/policy.ts';
import type { DecodeLoad, PrefillLoad } from '../../../src/telemetry/load.ts';
import { decodeLoad, NOW_MS, predictorOf, prefillLoad } from '../../fixtures/world/loads.ts';
import { clocksMhz } from '../../fixtures/world/shipped.ts';

const PROMPT_TOKENS = 1000;
const SLO = { ttftMs: 1000, itlMs: 50 };

const prefillAt = (id: string, load: Partial<PrefillLoad> = {}, currentMhz = 1410): Candidate<PrefillLoad> => ({
  id,
  load: prefillLoad(load),
  predictor: predictorOf('p0'),
  clocksMhz,
  currentMhz,
});
const decodeAt = (id: string, requests: number, over: Partial<DecodeLoad> = {}): Candidate<DecodeLoad> => ({
  id,
  load: decodeLoad({ batch: requests, kvTokens: requests * 1200, ...over }),
  predictor: predictorOf('d0'),
  clocksMhz,
  currentMhz: 1410,
});

const choose = (prefill: readonly Candidate<PrefillLoad>[], decode: readonly Candidate<DecodeLoad>[], slo = SLO) =>
  ecoRouting.choose({ nowMs: NOW_MS, request: { id: 'r', arrivalMs: NOW_MS, promptTokens: PROMPT_TOKENS }, slo, prefill, decode });
const decodeChoice = (decode: readonly Candidate<DecodeLoad>[], slo = SLO) => choose([prefillAt('p0')], decode, slo);
const prefillChoice = (...prefill: Candidate<PrefillLoad>[]) => choose(prefill, [decodeAt('d0', 0)]).prefill;
const waiting = (...promptTokens: number[]) => ({ waiting: promptTokens.map((tokens) => ({ arrivalMs: NOW_MS, promptTokens: tokens })) });

describe('eco routing, decode', () => {
  it('leaves an idle instance asleep while a busy one has room', () => {
    expect(decodeChoice([decodeAt('d0', 0), decodeAt('d1', 5)])).to.include({ decode: 'd1', reason: 'least additional power' });
    expect(decodeChoice([decodeAt('d0', 5), decodeAt('d1', 0)]).decode).to.equal('d0');
  });

  it('wakes another one when the busy one has no room within the SLO', () => {
    expect(decodeChoice([decodeAt('d0', 0), decodeAt('d1', 300)]).decode).to.equal('d0');
    expect(decodeChoice([decodeAt('d0', 0), decodeAt('d1', 0, { incoming: 300, meanPromptTokens: 1200 })]).decode).to.equal('d0');
  });

  it('takes the one with the fewest requests when none has room', () => {
    const { decode, reason } = decodeChoice([decodeAt('d0', 320), decodeAt('d1', 310, { incoming: 5 }), decodeAt('d2', 330)]);
    expect(decode).to.equal('d1');
    expect(reason).to.include('no room');
  });

  it('packs one after the other as requests pile up, and then spreads', () => {
    const held = [0, 0, 0];
    const order: number[] = [];
    for (let turn = 0; turn < 1200; turn++) {
      const { decode } = decodeChoice(
        held.map((requests, i) => decodeAt(`d${i}`, requests)),
        { ...SLO, itlMs: 30 },
      );
      const chosen = Number(decode.slice(1));
      if (held[chosen] === 0) order.push(turn);
      held[chosen]!++;
    }
    // Each next one is woken only when those before it hold a good batch.
    expect(order).to.have.length(3);
    expect(order[1]! - order[0]!).to.be.above(30);
    expect(order[2]! - order[1]!).to.be.above(30);
    // Beyond everybody's room the load is shared evenly.
    expect(Math.max(...held) - Math.min(...held)).to.be.at.most(1);
  });
});

describe('eco routing, prefill', () => {
  it('takes the instance that would be done first: prompt tokens count, not prompts', () => {
    expect(prefillChoice(prefillAt('p0', waiting(6000)), prefillAt('p1', waiting(500, 500)))).to.equal('p1');
    expect(prefillChoice(prefillAt('p0', waiting(500)), prefillAt('p1', waiting(100, 100)))).to.equal('p1');
  });

  it('counts the clock in force: an idle slow one may still be the slower choice', () => {
    expect(prefillChoice(prefillAt('p0', {}, 390), prefillAt('p1', {}, 1410))).to.equal('p1');
    expect(prefillChoice(prefillAt('p0', {}, 390), prefillAt('p1', waiting(100), 1410))).to.equal('p1');
    expect(prefillChoice(prefillAt('p0', {}, 390), prefillAt('p1', waiting(8000), 1410))).to.equal('p0');
  });
});

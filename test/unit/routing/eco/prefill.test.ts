import { expect } from 'chai';
import { ecoRouting } from '../../../../src/routing/eco/index.ts';
import { ECO_TUNABLES, type EcoTunables } from '../../../../src/routing/eco/tunables.ts';
import type { Candidate, RoutingQuestion } from '../../../../src/routing/policy.ts';
import type { PrefillLoad } from '../../../../src/telemetry/load.ts';
import { NOW_MS } from '../../../fixtures/world/loads.ts';
import { placement, prefillAt, question, requestOf, waiting } from '../../../fixtures/world/routing.ts';

/** Holds are told in their own tests. */
const AT_ONCE: EcoTunables = { ...ECO_TUNABLES, lateBinding: false, companyWait: 0 };

const choose = (prefill: readonly Candidate<PrefillLoad>[], over: Partial<RoutingQuestion> = {}, tunables = AT_ONCE): string =>
  placement(ecoRouting(tunables).choose(question({ prefill, ...over }))).prefill;
const short = { request: requestOf({ promptTokens: 70 }) };
const idleFor = (ms: number): Partial<PrefillLoad> => ({ idleSinceMs: NOW_MS - ms });

describe('eco routing, prefill', () => {
  it('lets a short prompt share a batch with others rather than run one for itself', () => {
    expect(choose([prefillAt('p0', idleFor(0)), prefillAt('p1', waiting(70, 70))], short)).to.equal('p1');
  });

  it('lets a long prompt not wait for another one when an instance is awake: its batch would save nothing', () => {
    expect(choose([prefillAt('p0', waiting(3000)), prefillAt('p1', idleFor(0))])).to.equal('p1');
  });

  it('leaves a sleeping instance asleep for a short wait', () => {
    const busy = prefillAt('p1', { ...waiting(200) });
    expect(choose([prefillAt('p0', idleFor(60_000)), busy])).to.equal('p1');
    expect(choose([prefillAt('p0', idleFor(60_000)), prefillAt('p1', idleFor(50))])).to.equal('p1');
  });

  it('wakes it where a deadline would be missed otherwise', () => {
    const busy = prefillAt('p1', waiting(8000));
    expect(choose([prefillAt('p0', idleFor(60_000)), busy])).to.equal('p0');
  });

  it('makes nobody late who waits there already', () => {
    // 600 ms of its second are gone: alone it is in time, in one batch with 6500 tokens more it is not.
    const tight: Partial<PrefillLoad> = {
      waiting: [
        { arrivalMs: NOW_MS - 20, promptTokens: 70 },
        { arrivalMs: NOW_MS - 600, promptTokens: 70 },
      ],
      running: 1,
      headSinceMs: NOW_MS,
    };
    const fleet = [prefillAt('p0', tight), prefillAt('p1', waiting(70, 70))];
    expect(choose(fleet, { request: requestOf({ promptTokens: 6500 }), slo: { ttftMs: 1500, itlMs: 50 } })).to.equal('p1');
  });

  it('where all are late: whoever is done first, by tokens and by each own clock', () => {
    const late = { request: requestOf({ arrivalMs: NOW_MS - 5000 }) };
    expect(choose([prefillAt('p0', waiting(6000)), prefillAt('p1', waiting(500, 500))], late)).to.equal('p1');
    expect(choose([prefillAt('p0', waiting(3000), { currentMhz: 390 }), prefillAt('p1', waiting(3000))], late)).to.equal('p1');
    expect(placement(ecoRouting(AT_ONCE).choose(question(late))).reason).to.include('late anyway');
  });

  it('takes off what the time after prefill needs', () => {
    const handicapped = prefillAt('p0', { ...waiting(200), afterPrefillMs: 600 });
    expect(choose([handicapped, prefillAt('p1', idleFor(60_000))])).to.equal('p1');
  });

  it('counts only the tokens that no cache holds: a conversation stays where it began', () => {
    const policy = ecoRouting(AT_ONCE);
    const turn = requestOf({ promptTokens: 4000, prefix: ['a', 'ab', 'abc', 'abcd'] });
    const ask = (waitingAt1: number): string => {
      const prefill = [prefillAt('p0', idleFor(0)), prefillAt('p1', waitingAt1 === 0 ? idleFor(0) : waiting(waitingAt1))];
      return placement(policy.choose(question({ prefill, request: turn }))).prefill;
    };
    expect(placement(policy.choose(question({ prefill: [prefillAt('p1')], request: turn }))).prefill).to.equal('p1');
    expect(ask(0)).to.equal('p1');
    expect(ask(500)).to.equal('p1');
    expect(ask(8000)).to.equal('p0');
  });

  it('without packing: done first at the clock in force', () => {
    const spread = { ...AT_ONCE, packPrefill: false };
    expect(choose([prefillAt('p0', waiting(70, 70)), prefillAt('p1', idleFor(60_000))], short, spread)).to.equal('p1');
    expect(choose([prefillAt('p0', {}, { currentMhz: 390 }), prefillAt('p1', waiting(100))], {}, spread)).to.equal('p1');
  });
});

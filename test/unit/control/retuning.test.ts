import { expect } from 'chai';
import { FleetControl, type FleetControlOptions } from '../../../src/control/fleet-control.ts';
import { RESIZE_TUNABLES } from '../../../src/control/resize/plan.ts';
import { retuningOf } from '../../../src/control/retuning.ts';
import { VoltanaError } from '../../../src/domain/errors.ts';
import type { Governor } from '../../../src/governing/governor.ts';
import type { RoutingPolicy } from '../../../src/routing/policy.ts';
import { createRouting } from '../../../src/routing/registry.ts';
import { predictorOf } from '../../fixtures/world/loads.ts';

const TABLE = Array.from({ length: 81 }, (_, i) => 210 + 15 * i);
const TOP = 1410;
const instances: FleetControlOptions['instances'] = ['p0', 'p1', 'd0', 'd1'].map((id) => ({
  id,
  role: id.startsWith('p') ? 'prefill' : 'decode',
  gpuCount: 1,
  supportedMhz: TABLE,
  startMhz: TOP,
  predictor: predictorOf(id),
}));
const wish = (clockMhz: number): Governor => ({ id: 'wish', decide: () => ({ clockMhz, reason: `wish ${clockMhz}` }) });
const fleetOf = (over: Partial<FleetControlOptions> = {}): FleetControl =>
  new FleetControl({
    instances,
    slo: { ttftMs: 1000, itlMs: 50 },
    governor: wish(600),
    routing: createRouting('least-requests'),
    maxTransitionsPerS: 2,
    dwellMs: 0,
    ...over,
  });

/** Carries out what is commanded. */
const settle = (fleet: FleetControl, domain: string, nowMs: number): number => {
  const command = fleet.evaluate(domain, nowMs);
  if (command) fleet.control(domain).applied(command.clockMhz, nowMs);
  return fleet.control(domain).askedMhz;
};

describe('treatments of clock domains', () => {
  it('governed, unless somebody says otherwise', () => {
    const fleet = fleetOf();
    expect(fleet.treatment('d0')).to.equal('governed');
    expect([settle(fleet, 'd0', 0), fleet.shadowDecision('d0')]).to.deep.equal([600, null]);
    expect(() => fleet.treat('nobody', 'shadow')).to.throw(RangeError, 'nobody');
  });

  it('in the shadow the governor is asked and the highest clock holds', () => {
    const fleet = fleetOf();
    fleet.treat('d0', 'shadow');
    expect(settle(fleet, 'd0', 5)).to.equal(TOP);
    expect(fleet.shadowDecision('d0')).to.deep.equal({ clockMhz: 600, reason: 'wish 600', atMs: 5 });
    expect(settle(fleet, 'd1', 5)).to.equal(600);
    fleet.treat('d0', 'governed');
    expect([settle(fleet, 'd0', 10), fleet.shadowDecision('d0')]).to.deep.equal([600, null]);
  });

  it('to compare with, the highest clock holds and nobody is asked', () => {
    let asked = 0;
    const fleet = fleetOf({ governor: { id: 'count', decide: () => ({ clockMhz: 600 + asked++, reason: '' }) } });
    fleet.treat('d0', 'control');
    expect([settle(fleet, 'd0', 0), asked]).to.deep.equal([TOP, 0]);
  });

  it('the way back to the highest clock waits for no rate limit, and still for a driver that is busy', () => {
    const fleet = fleetOf({ maxTransitionsPerS: 0.5 });
    expect(settle(fleet, 'd0', 0)).to.equal(600);
    fleet.retune({ governor: wish(900) });
    expect(settle(fleet, 'd0', 50)).to.equal(600);
    fleet.treat('d0', 'control');
    const command = fleet.evaluate('d0', 50);
    expect(command).to.include({ clockMhz: TOP, fromMhz: 600 });
    expect(fleet.evaluate('d0', 60)).to.equal(null);
    fleet.control('d0').applied(TOP, 60);
    fleet.treat('d0', 'governed');
    expect(settle(fleet, 'd0', 70), 'and counts: it may not be a way around the limit').to.equal(TOP);
  });

  it('distrust goes before whatever was ordered, and says why', () => {
    const fleet = fleetOf();
    for (const treatment of ['governed', 'shadow', 'control'] as const) {
      fleet.treat('d0', treatment);
      fleet.retune({ clockBounds: { decode: { minMhz: null, maxMhz: 700 } } });
      fleet.control('d0').restored();
      settle(fleet, 'd0', 0);
      fleet.distrust('d0', 'unseen traffic');
      expect(settle(fleet, 'd0', 10_000)).to.equal(TOP);
      fleet.distrust('d0', null);
    }
  });

  it('those to come are treated as was said', () => {
    const fleet = fleetOf();
    fleet.treatNewcomers('control');
    fleet.add({ ...instances[3]!, id: 'd2' });
    expect([fleet.treatment('d1'), fleet.treatment('d2')]).to.deep.equal(['governed', 'control']);
  });

  it('who rests is parked only while governed and trusted', () => {
    const tunables = { ...RESIZE_TUNABLES, calmMs: 0 };
    const fleet = fleetOf({ resize: { rest: 'park', tunables } });
    fleet.arrive({ id: 'a', arrivalMs: 0, promptTokens: 100 }, 0);
    const { placement } = fleet.dispatch(0)[0]!;
    fleet.tracker.prefillDone('a', 50);
    fleet.tracker.tokens('a', 1, 50);
    fleet.tracker.tokens('a', 1, 90);
    fleet.ended('a', 'completed', 100);
    const rested = new Set<string>();
    for (let nowMs = 200; nowMs < 2000; nowMs += 100)
      for (const { kind, instance } of fleet.resize(nowMs)) if (kind === 'rest') rested.add(instance);
    const resting = ['d0', 'd1'].find((id) => rested.has(id))!;
    expect([placement.decode.startsWith('d'), resting]).to.deep.equal([true, resting]);
    expect(resting).to.be.a('string');
    expect(settle(fleet, resting, 3000)).to.equal(fleet.instance(resting).predictor.clockRangeMhz[0]);
    fleet.treat(resting, 'control');
    expect(settle(fleet, resting, 6000)).to.equal(TOP);
    fleet.treat(resting, 'governed');
    fleet.distrust(resting, 'why not');
    expect(settle(fleet, resting, 9000)).to.equal(TOP);
  });
});

describe('retuning of a fleet that serves', () => {
  it('swaps the governor, whose standing answers no longer stand', () => {
    const fleet = fleetOf({ governor: { ...wish(600), steady: true } });
    expect(settle(fleet, 'd0', 0)).to.equal(600);
    fleet.retune({ governor: wish(900) });
    expect(settle(fleet, 'd0', 5000)).to.equal(900);
  });

  it('bounds narrow and widen within the operator’s, by phase, whatever a governor answers', () => {
    for (const wanted of [210, 600, 1400, NaN, -5, Infinity]) {
      const fleet = fleetOf({ governor: wish(wanted), minClockMhz: 400, maxClockMhz: 1200, dwellMs: 0 });
      fleet.retune({ clockBounds: { decode: { minMhz: 700, maxMhz: 1000 } } });
      expect(settle(fleet, 'd0', 0)).to.be.within(700, 1000);
      fleet.retune({ clockBounds: { decode: { minMhz: 100, maxMhz: 5000 } } });
      expect(settle(fleet, 'd0', 5000)).to.be.within(400, 1200);
      expect(settle(fleet, 'p0', 5000)).to.be.within(400, 1200);
    }
  });

  it('a ladder that falls between two clocks, or above all of them, is the next one above or the highest', () => {
    const fleet = fleetOf({ governor: wish(210) });
    fleet.retune({ clockBounds: { decode: { minMhz: 701, maxMhz: 704 }, prefill: { minMhz: 9999, maxMhz: null } } });
    expect([settle(fleet, 'd0', 0), settle(fleet, 'p0', 0)]).to.deep.equal([705, TOP]);
  });

  it('null is the ladder that its file had; newcomers have the one in force', () => {
    const fleet = fleetOf({ governor: wish(210), ladders: { decode: { minMhz: 500, maxMhz: null } } });
    expect(settle(fleet, 'd0', 0)).to.equal(510);
    fleet.retune({ clockBounds: { decode: { minMhz: 900, maxMhz: null } } });
    fleet.add({ ...instances[3]!, id: 'd2' });
    expect([settle(fleet, 'd0', 5000), settle(fleet, 'd2', 5000)]).to.deep.equal([900, 900]);
    fleet.retune({ clockBounds: { decode: { minMhz: null, maxMhz: null } } });
    expect(settle(fleet, 'd0', 9000)).to.equal(510);
  });

  it('with one thing wrong, all stays', () => {
    const fleet = fleetOf({ routing: createRouting('eco') });
    const clocks = { decode: { minMhz: 900, maxMhz: null } };
    const before = settle(fleet, 'd0', 0);
    for (const retuning of [
      { governor: wish(1200), clockBounds: { decode: { minMhz: 900, maxMhz: 800 } } },
      { governor: wish(1200), clockBounds: { decode: { minMhz: NaN, maxMhz: null } } },
      { clockBounds: clocks, tunables: { itlTarget: NaN } },
    ])
      expect(() => fleet.retune(retuning))
        .to.throw(VoltanaError)
        .with.property('code', 'BAD_VALUE');
    expect(settle(fleet, 'd0', 5000)).to.equal(before);
  });

  it('keeps what a policy remembers, and asks whoever has nothing to turn as before', () => {
    let turns = 0;
    const choose: RoutingPolicy['choose'] = ({ prefill, decode }) => ({
      kind: 'placement',
      prefill: prefill[turns++ % prefill.length]!.id,
      decode: decode[0]!.id,
      reason: '',
    });
    const fleet = fleetOf({ routing: { id: 'turns', choose } });
    const route = (id: string): string => {
      fleet.arrive({ id, arrivalMs: 0, promptTokens: 10 }, 0);
      return fleet.dispatch(0)[0]!.placement.prefill;
    };
    expect(route('a')).to.equal('p0');
    fleet.retune({ tunables: { itlTarget: 0.9 } });
    expect(route('b')).to.equal('p1');
  });

  it('eco goes on where a prompt’s beginning lies already; a new one would not know', () => {
    const prefix = Array.from({ length: 64 }, (_, i) => `block ${i}`);
    const seen = (
      retuning: Parameters<FleetControl['retune']>[0],
    ): { readonly plain: string; readonly before: string; readonly after: string } => {
      const fleet = fleetOf({ routing: createRouting('eco') });
      const route = (id: string, over: object = {}): string => {
        fleet.arrive({ id, arrivalMs: 0, promptTokens: 1025, ...over }, 0);
        return fleet.dispatch(0)[0]!.placement.prefill;
      };
      const end = (id: string): void => {
        fleet.tracker.prefillDone(id, 0);
        fleet.ended(id, 'completed', 0);
      };
      // Where one goes of which nobody knows anything; the other instance is what is left for the next.
      const plain = route('other');
      const before = route('a', { prefix });
      for (const id of ['other', 'a']) end(id);
      fleet.retune(retuning);
      return { plain, before, after: route('b', { prefix }) };
    };
    const [kept, fresh] = [seen({ tunables: { ttftTarget: 0.85 } }), seen({ routing: createRouting('eco') })];
    expect(kept.before).to.not.equal(kept.plain);
    expect([kept.after, fresh.after]).to.deep.equal([kept.before, fresh.plain]);
  });

  it('what somebody who tunes live wants is all there', () => {
    const live = { itlTarget: 0.9, ttftTarget: null, minClockMhz: { prefill: 700, decode: null }, thrift: 0.5 };
    expect(retuningOf(live)).to.deep.equal({
      tunables: { itlTarget: 0.9, ttftTarget: null, thrift: 0.5 },
      clockBounds: { prefill: { minMhz: 700, maxMhz: null }, decode: { minMhz: null, maxMhz: null } },
    });
  });
});

import { expect } from 'chai';
import { RESIZE_TUNABLES } from '../../../src/control/resize/plan.ts';
import { FleetControl, type FleetControlOptions } from '../../../src/control/fleet-control.ts';
import type { GoverningQuestion } from '../../../src/governing/governor.ts';
import { createGovernor } from '../../../src/governing/registry.ts';
import { createRouting } from '../../../src/routing/registry.ts';
import type { PolicyRequest } from '../../../src/domain/request.ts';
import type { Placement, RoutingDecision, RoutingPolicy, RoutingQuestion } from '../../../src/routing/policy.ts';
import { adaptivePredictor, type AdaptivePredictor, type LiveObservation } from '../../../src/prediction/adaptive/adaptive-predictor.ts';
import { predictorOf } from '../../fixtures/world/loads.ts';
import { clocksMhz } from '../../fixtures/world/shipped.ts';

const TABLE = Array.from({ length: 81 }, (_, i) => 210 + 15 * i);
const instances: FleetControlOptions['instances'] = ['p0', 'p1', 'd0', 'd1'].map((id) => ({
  id,
  role: id.startsWith('p') ? 'prefill' : 'decode',
  gpuCount: 1,
  supportedMhz: TABLE,
  startMhz: 1410,
  predictor: predictorOf(id),
}));

const fleetOf = (over: Partial<FleetControlOptions> = {}): FleetControl =>
  new FleetControl({
    instances,
    slo: { ttftMs: 1000, itlMs: 50 },
    governor: createGovernor('max'),
    routing: createRouting('least-requests'),
    maxTransitionsPerS: 2,
    dwellMs: 0,
    ...over,
  });
const request = (id: string, promptTokens = 1000) => ({ id, arrivalMs: 0, promptTokens });

/** Arrives and goes at once. */
const route = (fleet: FleetControl, asked: PolicyRequest, nowMs = 0): Placement => {
  fleet.arrive(asked, nowMs);
  return fleet.dispatch(nowMs)[0]!.placement;
};

describe('fleet control', () => {
  it('counts a routed request at once, so that the next one goes elsewhere', () => {
    const fleet = fleetOf();
    const [first, second] = [route(fleet, request('a')), route(fleet, request('b'))];
    expect([first.prefill, first.decode, second.prefill, second.decode]).to.deep.equal(['p0', 'd0', 'p1', 'd1']);
    expect(fleet.tracker.inFlight).to.equal(2);
  });

  it('teaches a predictor from the streams of its own instance, with the clock that held, and none while a clock settles', () => {
    const seen: LiveObservation[] = [];
    const learning: AdaptivePredictor = { ...adaptivePredictor(predictorOf('d0'), 'decode'), observe: (one) => seen.push(one) };
    let wantedMhz = 1410;
    const fleet = fleetOf({
      instances: instances.map((one) => (one.id === 'd0' ? { ...one, predictor: predictorOf('d0'), learning } : one)),
      governor: { id: 'wish', decide: () => ({ clockMhz: wantedMhz, reason: 'test' }) },
    });
    const { decode } = route(fleet, request('a'));
    expect(decode).to.equal('d0');
    const stream = (fromMs: number, toMs: number): void => {
      for (let atMs = fromMs; atMs < toMs; atMs += 25) {
        fleet.tracker.tokens('a', 1, atMs);
        fleet.evaluate('d0', atMs);
      }
    };
    stream(0, 1000);
    expect(seen.length).to.be.above(5);
    wantedMhz = 900;
    stream(1000, 1005);
    seen.length = 0;
    stream(1025, 1200);
    expect(seen, 'while the lock is on its way').to.deep.equal([]);
    fleet.control('d0').applied(900, 1200);
    stream(1200, 2200);
    expect(seen.length).to.be.above(5);
    for (const { clockMhz, latencyMs, load, atMs } of seen) {
      expect({ clockMhz, batch: Math.round(load.batch) }).to.deep.equal({ clockMhz: 900, batch: 1 });
      expect(latencyMs).to.be.closeTo(25, 1e-6);
      expect(atMs).to.be.at.least(1350);
    }
  });

  it('shows the governor its own domain: load, clock in force, SLO, and clocks within bounds and profile', () => {
    const asked: GoverningQuestion[] = [];
    const governor = { id: 'spy', decide: (question: GoverningQuestion) => (asked.push(question), { clockMhz: 900, reason: 'spy' }) };
    const fleet = fleetOf({ governor, maxClockMhz: 1200 });
    route(fleet, request('a', 777));
    const command = fleet.evaluate('p0', 5)!;
    fleet.control('p0').applied(command.clockMhz, 20);
    fleet.evaluate('p0', 25);
    expect(asked[0]).to.deep.include({ nowMs: 5, currentMhz: 1410, slo: { ttftMs: 1000, itlMs: 50 } });
    expect(asked[0]!.clocksMhz).to.deep.equal(clocksMhz.filter((mhz) => mhz <= 1200));
    expect(asked[0]!.load).to.deep.include({ phase: 'prefill', waiting: [request('a', 777)] });
    expect(asked[1]!.currentMhz).to.equal(900);
  });

  it('keeps what the policy holds, in the order of arrival, and asks again when told to', () => {
    const asked: RoutingQuestion[] = [];
    let answer: RoutingDecision = { kind: 'hold', untilMs: 40, reason: 'test' };
    const fleet = fleetOf({ routing: { id: 'holder', choose: (question) => (asked.push(question), answer) } });
    expect(fleet.wakeMs).to.equal(Infinity);
    fleet.arrive(request('a', 100), 0);
    expect(fleet.dispatch(0)).to.deep.equal([]);
    fleet.arrive(request('b', 200), 5);
    expect(fleet.dispatch(5)).to.deep.equal([]);
    expect([fleet.queued, fleet.wakeMs, fleet.tracker.inFlight]).to.deep.equal([2, 40, 0]);
    expect(asked.at(-1)!.request.id, 'the head alone is asked for').to.equal('a');
    expect(asked.at(-1)!.arrivals).to.include({ queued: 2, queuedTokens: 300 });
    expect(() => fleet.arrive(request('b'), 6)).to.throw(RangeError, 'b is under way');
    answer = { kind: 'placement', prefill: 'p0', decode: 'd0', reason: 'test' };
    expect(fleet.dispatch(40).map((one) => one.request.id)).to.deep.equal(['a', 'b']);
    expect([fleet.queued, fleet.wakeMs, fleet.tracker.inFlight]).to.deep.equal([0, Infinity, 2]);
    expect(() => fleet.arrive(request('a'), 41)).to.throw(RangeError, 'a is under way');
  });

  it('lets a request that waits be withdrawn, and spins for no policy', () => {
    const fleet = fleetOf({ routing: { id: 'holder', choose: () => ({ kind: 'hold', untilMs: -5, reason: 'test' }) } });
    for (const id of ['a', 'b', 'c']) fleet.arrive(request(id, 10), 0);
    fleet.dispatch(100);
    expect(fleet.wakeMs).to.be.above(100);
    expect([fleet.withdraw('b'), fleet.withdraw('b'), fleet.withdraw('x')]).to.deep.equal([true, false, false]);
    expect([fleet.queued, fleet.tracker.arrivals(100).queuedTokens]).to.deep.equal([2, 20]);
  });

  it('lets go what a calm fleet does not need, routes past it, parks its clock, and wakes it for a rush', () => {
    const asked: RoutingQuestion[] = [];
    const policy = createRouting('least-requests');
    const spy: RoutingPolicy = { id: 'spy', choose: (question) => (asked.push(question), policy.choose(question)) };
    const tunables = { ...RESIZE_TUNABLES, calmMs: 1000 };
    const fleet = fleetOf({ routing: spy, resize: { rest: 'park', tunables } });
    expect(fleet.resize(0), 'nothing is known yet').to.deep.equal([]);
    route(fleet, request('a'));
    fleet.tracker.tokens('a', 100, 50);
    fleet.tracker.ended('a', 'completed', 100);
    const orders = [1000, 2000, 2001].flatMap((nowMs) => [...fleet.resize(nowMs)]);
    expect(orders).to.deep.equal([
      { kind: 'rest', instance: 'p0' },
      { kind: 'rest', instance: 'd0' },
    ]);
    route(fleet, request('b'), 3000);
    expect([asked.at(-1)!.prefill, asked.at(-1)!.decode].map((list) => list.map(({ id }) => id))).to.deep.equal([['p1'], ['d1']]);
    expect(fleet.evaluate('d0', 3000)).to.include({ clockMhz: clocksMhz[0]!, reason: 'parked' });
    for (let i = 0; i < 300; i++) fleet.arrive(request(`rush${i}`), 4000 + i);
    expect(fleet.resize(4300).map(({ kind, instance }) => `${kind} ${instance}`)).to.have.members(['wake p0', 'wake d0']);
    fleet.awake('p0');
    fleet.dispatch(4400);
    expect(asked.at(-1)!.prefill.map(({ id }) => id)).to.deep.equal(['p0', 'p1']);
    expect(
      asked.at(-1)!.decode.map(({ id }) => id),
      'still waking',
    ).to.deep.equal(['d1']);
  });

  it('orders nothing where the fleet keeps its size', () => {
    const fleet = fleetOf();
    route(fleet, request('a'));
    fleet.tracker.tokens('a', 10, 10);
    fleet.tracker.ended('a', 'completed', 20);
    expect([0, 1e6, 2e6].flatMap((nowMs) => [...fleet.resize(nowMs)])).to.deep.equal([]);
  });

  it("shows routing the roles apart, in the cluster file's order", () => {
    const asked: RoutingQuestion[] = [];
    const spy: RoutingPolicy = {
      id: 'spy',
      choose: (question) => (asked.push(question), { kind: 'placement', prefill: 'p1', decode: 'd1', reason: 'spy' }),
    };
    route(fleetOf({ routing: spy, instances: [...instances].reverse() }), request('a'));
    expect(asked[0]!.prefill.map(({ id }) => id)).to.deep.equal(['p1', 'p0']);
    expect(asked[0]!.decode.map(({ id }) => id)).to.deep.equal(['d1', 'd0']);
  });

  it("takes a clock that lies above the operator's bounds down to them", () => {
    const fleet = fleetOf({ maxClockMhz: 1005 });
    expect(fleet.evaluate('d0', 0)).to.include({ fromMhz: 1410, clockMhz: 1005 });
  });

  it("keeps to the operator's bounds even where the profile knows no clock", () => {
    const fleet = fleetOf({ maxClockMhz: 300, governor: createGovernor('slo') });
    expect(fleet.evaluate('d0', 10_000)).to.include({ clockMhz: 210 });
  });

  it('asks a governor that is steady once for each domain, and any other each time', () => {
    const askedBy = (steady: boolean): number => {
      let asked = 0;
      const fleet = fleetOf({ governor: { id: 'counting', steady, decide: () => ({ clockMhz: 1005 + 0 * asked++, reason: 'test' }) } });
      for (let nowMs = 0; nowMs < 1000; nowMs += 100) {
        for (const id of ['p0', 'd0']) if (fleet.evaluate(id, nowMs)) fleet.control(id).applied(1005, nowMs);
      }
      expect(fleet.control('d0').askedMhz).to.equal(1005);
      return asked;
    };
    expect(askedBy(true)).to.equal(2);
    expect(askedBy(false)).to.equal(20);
  });

  it('refuses bounds that leave no clock, and unknown domains', () => {
    expect(() => fleetOf({ minClockMhz: 1411 })).to.throw(RangeError, 'no supported clock');
    expect(() => fleetOf().evaluate('d9', 0)).to.throw(RangeError, 'd9');
    expect(() => fleetOf().control('')).to.throw(RangeError);
  });
});

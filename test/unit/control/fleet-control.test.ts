import { expect } from 'chai';
import { FleetControl, type FleetControlOptions } from '../../../src/control/fleet-control.ts';
import type { GoverningQuestion } from '../../../src/governing/governor.ts';
import { createGovernor } from '../../../src/governing/registry.ts';
import { createRouting } from '../../../src/routing/registry.ts';
import type { RoutingQuestion } from '../../../src/routing/policy.ts';
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

describe('fleet control', () => {
  it('counts a routed request at once, so that the next one goes elsewhere', () => {
    const fleet = fleetOf();
    const [first, second] = [fleet.route(request('a'), 0), fleet.route(request('b'), 0)];
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
    const { decode } = fleet.route(request('a'), 0);
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
    fleet.route(request('a', 777), 0);
    const command = fleet.evaluate('p0', 5)!;
    fleet.control('p0').applied(command.clockMhz, 20);
    fleet.evaluate('p0', 25);
    expect(asked[0]).to.deep.include({ nowMs: 5, currentMhz: 1410, slo: { ttftMs: 1000, itlMs: 50 } });
    expect(asked[0]!.clocksMhz).to.deep.equal(clocksMhz.filter((mhz) => mhz <= 1200));
    expect(asked[0]!.load).to.deep.include({ phase: 'prefill', waiting: [request('a', 777)] });
    expect(asked[1]!.currentMhz).to.equal(900);
  });

  it("shows routing the roles apart, in the cluster file's order", () => {
    const asked: RoutingQuestion[] = [];
    const spy = {
      id: 'spy',
      choose: (question: RoutingQuestion) => (asked.push(question), { prefill: 'p1', decode: 'd1', reason: 'spy' }),
    };
    fleetOf({ routing: spy, instances: [...instances].reverse() }).route(request('a'), 0);
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

  it('refuses bounds that leave no clock, and unknown domains', () => {
    expect(() => fleetOf({ minClockMhz: 1411 })).to.throw(RangeError, 'no supported clock');
    expect(() => fleetOf().evaluate('d9', 0)).to.throw(RangeError, 'd9');
    expect(() => fleetOf().control('')).to.throw(RangeError);
  });
});

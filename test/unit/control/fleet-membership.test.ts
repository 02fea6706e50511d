import { expect } from 'chai';
import { FleetControl, type ControlledInstance, type FleetControlOptions } from '../../../src/control/fleet-control.ts';
import type { Role } from '../../../src/domain/instance.ts';
import { createGovernor } from '../../../src/governing/registry.ts';
import { createRouting } from '../../../src/routing/registry.ts';
import { predictorOf } from '../../fixtures/world/loads.ts';

const TABLE = Array.from({ length: 81 }, (_, i) => 210 + 15 * i);
const instance = (id: string, role: Role, domain?: string): ControlledInstance => ({
  id,
  role,
  gpuCount: 1,
  supportedMhz: TABLE,
  startMhz: 1410,
  predictor: predictorOf(role === 'prefill' ? 'p0' : 'd0'),
  ...(domain === undefined ? {} : { domain }),
});
const PAIRS = ['p0', 'p1', 'd0', 'd1'].map((id) => instance(id, id.startsWith('p') ? 'prefill' : 'decode'));
const AGGREGATED = ['a0', 'a1'].flatMap((id) => [instance(`${id}-prefill`, 'prefill', id), instance(`${id}-decode`, 'decode', id)]);

const fleetOf = (instances: readonly ControlledInstance[], over: Partial<FleetControlOptions> = {}): FleetControl =>
  new FleetControl({
    instances,
    slo: { ttftMs: 1000, itlMs: 50 },
    governor: createGovernor('max'),
    routing: createRouting('least-requests'),
    maxTransitionsPerS: 2,
    dwellMs: 0,
    ...over,
  });
const request = (id: string, arrivalMs = 0) => ({ id, arrivalMs, promptTokens: 1000 });
const placed = (fleet: FleetControl, id: string, nowMs = 0) => {
  fleet.arrive(request(id, nowMs), nowMs);
  return fleet.dispatch(nowMs).at(-1)?.placement ?? null;
};

describe('a fleet of aggregated engines', () => {
  it('prefills a request where it will decode, and spreads requests over engines', () => {
    const fleet = fleetOf(AGGREGATED);
    const [first, second] = [placed(fleet, 'a')!, placed(fleet, 'b')!];
    expect([first.prefill, first.decode]).to.deep.equal(['a0-prefill', 'a0-decode']);
    expect([second.prefill, second.decode]).to.deep.equal(['a1-prefill', 'a1-decode']);
    expect(fleet.domainIds).to.deep.equal(['a0', 'a1']);
  });

  it('runs each engine at the higher of the clocks that its two phases want', () => {
    let wanted = { prefill: 900, decode: 1200 };
    const fleet = fleetOf(AGGREGATED, {
      governor: { id: 'wish', decide: ({ load: { phase } }) => ({ clockMhz: wanted[phase], reason: phase }) },
    });
    expect(fleet.evaluate('a0', 0)).to.include({ domain: 'a0', clockMhz: 1200, reason: 'decode' });
    fleet.control('a0').applied(1200, 10);
    wanted = { prefill: 1350, decode: 300 };
    expect(fleet.evaluate('a0', 2000)).to.include({ clockMhz: 1350, reason: 'prefill' });
  });

  it('takes both phases out when either fails', () => {
    const fleet = fleetOf(AGGREGATED);
    fleet.legEnded('a0-decode', 'stalled', 0);
    expect([fleet.health('a0-prefill', 1), fleet.health('a0-decode', 1), fleet.health('a1-decode', 1)]).to.deep.equal([
      'down',
      'down',
      'up',
    ]);
    expect(placed(fleet, 'a', 1)).to.include({ prefill: 'a1-prefill', decode: 'a1-decode' });
    expect(placed(fleet, 'b', 2)).to.include({ prefill: 'a1-prefill', decode: 'a1-decode' });
  });
});

describe('a fleet that changes at run time', () => {
  it('gives new instances work, and clocks', () => {
    const fleet = fleetOf(PAIRS);
    for (const id of ['a', 'b']) placed(fleet, id);
    fleet.add(instance('d2', 'decode'));
    expect(placed(fleet, 'c')).to.include({ decode: 'd2' });
    expect(fleet.domainIds).to.include('d2');
    expect(() => fleet.add(instance('d2', 'decode'))).to.throw(RangeError, 'd2');
  });

  it('gives a retiring instance nothing new and keeps it until what it has is done', () => {
    const fleet = fleetOf(PAIRS);
    expect(placed(fleet, 'a')).to.include({ decode: 'd0' });
    fleet.retire('d0');
    for (const id of ['b', 'c', 'd']) expect(placed(fleet, id)).to.include({ decode: 'd1' });
    expect(fleet.remove('d0')).to.equal(false);
    fleet.tracker.tokens('a', 1, 10);
    expect(fleet.remove('d0')).to.equal(false);
    fleet.ended('a', 'completed', 20);
    expect(fleet.remove('d0')).to.equal(true);
    expect(fleet.domainIds).to.deep.equal(['p0', 'p1', 'd1']);
    expect(() => fleet.evaluate('d0', 30)).to.throw(RangeError, 'd0');
    fleet.add(instance('d0', 'decode'));
    expect(placed(fleet, 'e', 40)).to.include({ decode: 'd0' });
  });

  it('keeps requests while no instance of a role is left, and sends them when one comes', () => {
    const fleet = fleetOf(PAIRS);
    for (const id of ['d0', 'd1']) fleet.retire(id);
    expect(fleet.reachable(0)).to.equal(false);
    expect(placed(fleet, 'a')).to.equal(null);
    expect(fleet.wakeMs).to.be.within(1, 250);
    fleet.add(instance('d2', 'decode'));
    expect(fleet.dispatch(300).map(({ placement }) => placement.decode)).to.deep.equal(['d2']);
  });
});

describe('a fleet whose legs fail', () => {
  it('a request that comes back goes ahead of those that arrived later', () => {
    const hold = { until: 0 };
    const inner = createRouting('least-requests');
    const fleet = fleetOf(PAIRS, {
      routing: {
        id: 'gate',
        choose: (question) =>
          question.nowMs < hold.until ? { kind: 'hold', untilMs: hold.until, reason: 'gate' } : inner.choose(question),
      },
    });
    placed(fleet, 'a', 5);
    hold.until = 100;
    for (const [id, atMs] of [
      ['b', 10],
      ['c', 20],
    ] as const)
      fleet.arrive(request(id, atMs), atMs);
    expect(fleet.putBack('a', ['d0'], 30)).to.equal(true);
    expect(fleet.putBack('a', ['d0'], 31), 'it waits already').to.equal(false);
    expect(fleet.queued).to.equal(3);
    const sent = fleet.dispatch(100);
    expect(sent.map(({ request: { id } }) => id)).to.deep.equal(['a', 'b', 'c']);
    expect(sent[0]!.placement.decode).to.equal('d1');
    expect(fleet.tracker.arrivals(100).queued).to.equal(0);
  });

  it('holds the highest clock while its load is not believed', () => {
    const fleet = fleetOf(PAIRS, { governor: { id: 'low', decide: () => ({ clockMhz: 600, reason: 'low' }) } });
    fleet.distrust('d0', 'unseen traffic');
    expect(fleet.evaluate('d0', 0)).to.equal(null);
    expect(fleet.evaluate('d1', 0)).to.include({ clockMhz: 600 });
    fleet.distrust('d0', null);
    expect(fleet.evaluate('d0', 1)).to.include({ clockMhz: 600 });
    fleet.control('d0').applied(600, 2);
    fleet.distrust('d0', 'unseen traffic');
    expect(fleet.evaluate('d0', 3)).to.include({ clockMhz: 1410, reason: 'unseen traffic' });
  });
});

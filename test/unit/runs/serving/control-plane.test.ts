import { expect } from 'chai';
import { FleetControl } from '../../../../src/control/fleet-control.ts';
import { VoltanaError } from '../../../../src/domain/errors.ts';
import { ControlPlane } from '../../../../src/runs/serving/control-plane.ts';
import { createGovernor } from '../../../../src/governing/registry.ts';
import type { RoutingPolicy } from '../../../../src/routing/policy.ts';
import { VirtualTime } from '../../../fixtures/virtual-time.ts';
import { predictorOf } from '../../../fixtures/world/loads.ts';
import { clocksMhz } from '../../../fixtures/world/shipped.ts';
import { fleetControl, worldOf, type Contender } from '../../../fixtures/world/simulated-runs.ts';
import { VirtualCluster } from '../../../fixtures/world/virtual-cluster.ts';

const TTL_MS = 3000;
const world = worldOf();
const FIXED: Contender = { governor: 'fixed', routing: 'least-requests', fixedMhz: { prefill: 1005, decode: 690 } };
const DOMAINS = ['p0', 'p1', 'd0', 'd1'];

const fleetWith = (routing: RoutingPolicy): FleetControl =>
  new FleetControl({
    instances: world.specs.map(({ id, role }) => ({
      ...{ id, role, gpuCount: 1, supportedMhz: clocksMhz, startMhz: 1410 },
      predictor: predictorOf(id),
    })),
    slo: { ttftMs: 1000, itlMs: 50 },
    governor: createGovernor('max'),
    routing,
    maxTransitionsPerS: 2,
    dwellMs: 0,
  });

const planeOf = (contender: Contender = FIXED, routing?: RoutingPolicy) => {
  const time = new VirtualTime();
  const cluster = new VirtualCluster(world.specs, time);
  const { driver, meter, instances } = cluster;
  const plane = new ControlPlane({
    fleet: routing ? fleetWith(routing) : fleetControl(world, contender),
    instances,
    driver,
    meter,
    time,
    governor: contender.governor,
    routing: contender.routing,
    slo: { ttftMs: 1000, itlMs: 50 },
    holder: 'test',
    leaseTtlMs: TTL_MS,
  });
  const locks = (): (number | null)[] => DOMAINS.map((domain) => cluster.lockedMhz(domain));
  return { time, cluster, plane, locks };
};
const request = (id: string) => ({ id, arrivalMs: 0, promptTokens: 1000 });

describe('control plane', () => {
  it('takes every lease, locks what the governor says and gives everything back', async () => {
    const { time, cluster, plane, locks } = planeOf();
    await time.finish(plane.start());
    await time.advance(100);
    expect(cluster.callsOf('acquire')).to.have.members(DOMAINS.map((id) => `acquire ${id}`));
    expect(locks()).to.deep.equal([1005, 1005, 690, 690]);
    await time.finish(plane.stop());
    expect(locks()).to.deep.equal([null, null, null, null]);
    expect(plane.snapshot().warnings).to.deep.equal([]);
    cluster.close();
    expect(time.armed, 'timers left behind').to.equal(0);
  });

  it('gives back what it had taken when one lease is refused, and changes no clock', async () => {
    const { time, cluster, plane, locks } = planeOf();
    await cluster.driver.acquire('d0', 'somebody else', 60_000);
    cluster.calls.length = 0;
    const error: unknown = await time.finish(plane.start()).catch((reason: unknown) => reason);
    expect(error).to.be.instanceOf(VoltanaError).with.property('code', 'LEASE_HELD');
    expect(cluster.callsOf('release')).to.have.members(['release p0', 'release p1']);
    await time.advance(5000);
    expect(cluster.callsOf('lock')).to.deep.equal([]);
    expect(locks()).to.deep.equal([null, null, null, null]);
  });

  it('keeps its leases for as long as it runs', async () => {
    const { time, cluster, plane, locks } = planeOf();
    await time.finish(plane.start());
    await time.advance(20 * TTL_MS);
    expect(locks()).to.deep.equal([1005, 1005, 690, 690]);
    expect(cluster.callsOf('acquire')).to.have.length(4);
    expect(cluster.callsOf('renew').length).to.be.within(4 * 57, 4 * 60);
    await time.finish(plane.stop());
    expect(plane.snapshot().warnings).to.deep.equal([]);
  });

  it('releases the others even if one release fails, and says which failed', async () => {
    const { time, cluster, plane, locks } = planeOf();
    await time.finish(plane.start());
    await time.advance(100);
    cluster.refuse = (operation, domain) => (operation === 'release' && domain === 'p0' ? new Error('p0 hangs') : null);
    await time.finish(plane.stop());
    expect(locks()).to.deep.equal([1005, null, null, null]);
    expect(plane.snapshot().warnings.join()).to.include('p0 hangs');
    // The lease is what gives the last one back.
    await time.advance(TTL_MS);
    expect(locks()).to.deep.equal([null, null, null, null]);
  });

  it('stop is idempotent, and nothing is evaluated after it', async () => {
    const { time, cluster, plane } = planeOf();
    await time.finish(plane.start());
    await time.finish(plane.stop());
    await time.finish(plane.stop());
    cluster.calls.length = 0;
    await time.advance(10_000);
    expect(cluster.calls).to.deep.equal([]);
  });

  it('takes a lost lease again by itself and locks again', async () => {
    const { time, cluster, plane, locks } = planeOf();
    await time.finish(plane.start());
    await time.advance(100);
    cluster.refuse = (operation) => (operation === 'renew' ? new Error('no route to host') : null);
    await time.advance(TTL_MS + 500);
    expect(locks()).to.deep.equal([null, null, null, null]);
    cluster.refuse = () => null;
    await time.advance(2 * TTL_MS);
    expect(locks()).to.deep.equal([1005, 1005, 690, 690]);
    expect(plane.snapshot().warnings.join()).to.include('no route to host').and.include('is not in force');
    await time.finish(plane.stop());
  });

  it('goes on when locks fail: warns, tries again within the rate limit, and recovers', async () => {
    const { time, cluster, plane, locks } = planeOf();
    cluster.refuse = (operation, domain) => (operation === 'lock' && domain === 'd1' ? new Error('driver busy') : null);
    await time.finish(plane.start());
    await time.advance(10_000);
    expect(locks()).to.deep.equal([1005, 1005, 690, null]);
    expect(plane.snapshot().warnings).to.deep.equal(['d1: 690 MHz not locked: driver busy']);
    expect(cluster.callsOf('lock').filter((call) => call.includes('d1')).length).to.be.within(5, 21);
    cluster.refuse = () => null;
    await time.advance(2000);
    expect(locks()[3]).to.equal(690);
    await time.finish(plane.stop());
  });

  it("warns of somebody else's lock within a second", async () => {
    const { time, cluster, plane } = planeOf({ governor: 'max', routing: 'least-requests' });
    await time.finish(plane.start());
    await time.advance(100);
    cluster.lockBehindOurBack('p1', 600);
    await time.advance(1000);
    expect(plane.snapshot().warnings).to.deep.equal(['p1: locked at 600 MHz, asked for default MHz']);
    await time.finish(plane.stop());
  });

  it('routes, counts and shows what runs', async () => {
    const { time, plane } = planeOf();
    await time.finish(plane.start());
    const route = (await plane.route(request('a')))!;
    expect([route.prefill.id, route.decode.id]).to.deep.equal(['p0', 'd0']);
    expect(route.prefill.endpoints.url).to.equal('http://p0.invalid');
    void plane.route(request('b'));
    plane.prefillDone('a');
    plane.tokens('a', 2);
    await time.advance(1000);
    const { instances, requests, governor, routing, transitions } = plane.snapshot();
    expect({ governor, routing, transitions }).to.deep.equal({ governor: 'fixed', routing: 'least-requests', transitions: 4 });
    expect(requests).to.deep.equal({ inFlight: 2, queued: 0, completed: 0, failed: 0, cancelled: 0, rerouted: 0 });
    expect(instances.map(({ id, requests: own, tokens }) => [id, own, tokens])).to.deep.equal([
      ['p0', 0, 0],
      ['p1', 1, 1000],
      ['d0', 1, 1002],
      ['d1', 0, 0],
    ]);
    expect(instances[2]).to.include({ askedMhz: 690, appliedMhz: 690, lastReason: 'fixed clock', transitions: 1 });
    expect(instances[2]!.powerW).to.be.within(40, 120);
    // Predictors of both phases learn unless told otherwise; nothing has been learnt yet.
    expect(instances.map(({ correctionPct }) => correctionPct)).to.deep.equal([0, 0, 0, 0]);
    const { slo, outputTokens, firstRequestAtMs, lastDecision, atMs } = plane.snapshot();
    expect({ slo, outputTokens, firstRequestAtMs, atMs }).to.deep.equal({
      slo: { ttftMs: 1000, itlMs: 50 },
      outputTokens: 2,
      firstRequestAtMs: 0,
      atMs: 1000,
    });
    expect(lastDecision).to.include({ reason: 'fixed clock', fromMhz: 1410 });
    expect(instances[0]!.latency, 'the first token came at once').to.deep.equal({ p50Ms: 0, p95Ms: 0 });
    expect(instances[2]!.latency, 'one chunk has no gap').to.deep.equal({ p50Ms: null, p95Ms: null });
    expect(instances[2]!.meteredAtMs).to.be.within(400, 1000);
    plane.ended('a', 'completed');
    plane.ended('b', 'cancelled');
    expect(plane.snapshot().requests).to.deep.equal({ inFlight: 0, queued: 0, completed: 1, failed: 0, cancelled: 1, rerouted: 0 });
    await time.finish(plane.stop());
  });

  it('answers a request that waits when the policy lets it go, and nobody who has left or is left when it stops', async () => {
    let holdUntilMs = Infinity;
    const held: RoutingPolicy = {
      id: 'holder',
      choose: ({ nowMs }) =>
        nowMs < holdUntilMs
          ? { kind: 'hold', untilMs: Math.min(holdUntilMs, nowMs + 500), reason: 'test' }
          : { kind: 'placement', prefill: 'p0', decode: 'd0', reason: 'test' },
    };
    const { time, cluster, plane } = planeOf(FIXED, held);
    await time.finish(plane.start());
    const answers: Record<string, string | null> = {};
    for (const id of ['a', 'b', 'c']) void plane.route(request(id)).then((route) => (answers[id] = route && route.prefill.id));
    await time.advance(700);
    expect(answers).to.deep.equal({});
    expect(plane.snapshot().requests).to.include({ inFlight: 3, cancelled: 0 });
    plane.ended('a', 'cancelled');
    holdUntilMs = 1200;
    await time.advance(1000);
    expect(answers).to.deep.equal({ a: null, b: 'p0', c: 'p0' });
    expect(plane.snapshot().requests).to.include({ inFlight: 2, cancelled: 1 });
    holdUntilMs = Infinity;
    void plane.route(request('d')).then((route) => (answers['d'] = route && route.prefill.id));
    await time.finish(plane.stop());
    expect(answers['d']).to.equal(null);
    cluster.close();
    expect(time.armed, 'timers left behind').to.equal(0);
  });

  it('asks the policy again when it wants that, though it moves the time either way, and sets no timer for each arrival', async () => {
    let untilMs = 1000;
    const held: RoutingPolicy = {
      id: 'holder',
      choose: ({ nowMs }) =>
        nowMs < untilMs ? { kind: 'hold', untilMs, reason: 'test' } : { kind: 'placement', prefill: 'p0', decode: 'd0', reason: 'test' },
    };
    const { time, cluster, plane } = planeOf(FIXED, held);
    await time.finish(plane.start());
    const wentMs: Record<string, number> = {};
    const send = (id: string): void => void plane.route(request(id)).then(() => (wentMs[id] = time.nowMs()));
    let timers = 0;
    const at = time.at.bind(time);
    time.at = (atMs, callback) => {
      timers += 1;
      return at(atMs, callback);
    };
    send('a');
    // Each arrival moves the time a little.
    for (let i = 0; i < 50; i++) {
      untilMs += 4;
      send(`later-${i}`);
    }
    expect(timers).to.equal(1);
    await time.advance(1100);
    expect(wentMs).to.deep.equal({});
    await time.advance(101);
    expect(wentMs['a']).to.equal(1200);
    untilMs = 5000;
    send('b');
    untilMs = 2000;
    send('c');
    await time.advance(900);
    expect(wentMs).to.include({ b: 2000, c: 2000 });
    await time.finish(plane.stop());
    cluster.close();
    expect(time.armed, 'timers left behind').to.equal(0);
  });

  it('asks the governor at each arrival, not only at its pace', async () => {
    const { time, cluster, plane } = planeOf({ governor: 'slo', routing: 'least-requests' });
    await time.finish(plane.start());
    await time.advance(3000);
    expect(cluster.lockedMhz('p0'), 'idle').to.equal(390);
    const calls = cluster.callsOf('lock').length;
    void plane.route({ ...request('a'), arrivalMs: time.nowMs(), promptTokens: 8000 });
    expect(cluster.callsOf('lock').length).to.be.above(calls);
    await time.finish(plane.stop());
  });

  it('a meter that fails leaves the power unknown and stops nothing', async () => {
    const { time, cluster, plane } = planeOf();
    cluster.refuse = (operation, domain) => (operation === 'meter' && domain === 'd0' ? new Error('no sensor') : null);
    await time.finish(plane.start());
    await time.advance(2000);
    const byId = new Map(plane.snapshot().instances.map((view) => [view.id, view]));
    expect(byId.get('d0')).to.include({ powerW: null, energyJ: null, appliedMhz: 690 });
    expect(byId.get('d1')!.powerW).to.be.above(0);
    await time.finish(plane.stop());
  });

  it('a meter that falls silent: its joules stay, its watts are not known any more, and come back with it', async () => {
    const { time, cluster, plane } = planeOf();
    const d0 = () => plane.snapshot().instances.find(({ id }) => id === 'd0')!;
    await time.finish(plane.start());
    await time.advance(2000);
    const { energyJ } = d0();
    expect(energyJ).to.be.above(0);
    cluster.refuse = (operation, domain) => (operation === 'meter' && domain === 'd0' ? new Error('gone') : null);
    await time.advance(2000);
    expect(d0().powerW).to.equal(null);
    expect(d0().energyJ).to.be.at.least(energyJ!);
    cluster.refuse = () => null;
    await time.advance(2000);
    expect(d0().powerW).to.be.above(0);
    await time.finish(plane.stop());
  });
});

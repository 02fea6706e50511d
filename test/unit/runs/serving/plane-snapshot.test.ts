import { expect } from 'chai';
import { ControlPlane } from '../../../../src/runs/serving/control-plane.ts';
import { EnergyMaps } from '../../../../src/runs/serving/energy-maps.ts';
import { VirtualTime } from '../../../fixtures/virtual-time.ts';
import { fleetControl, worldOf } from '../../../fixtures/world/simulated-runs.ts';
import { VirtualCluster } from '../../../fixtures/world/virtual-cluster.ts';

const SLO = { ttftMs: 1000, itlMs: 50 };
const CLUSTER = { name: 'four', model: 'llama-3.1-8b', gpu: 'a100-sxm4-80gb' };
const world = worldOf();

const planeOf = () => {
  const time = new VirtualTime();
  const cluster = new VirtualCluster(world.specs, time);
  const fleet = fleetControl(world, { governor: 'slo', routing: 'eco' });
  const { driver, meter, instances } = cluster;
  const names = { governor: 'slo', routing: 'eco', holder: 'test', leaseTtlMs: 3000 };
  const plane = new ControlPlane({ fleet, instances, driver, meter, time, slo: SLO, cluster: CLUSTER, ...names });
  const maps = new EnergyMaps({ fleet, slo: SLO, time, instances: () => plane.instances });
  return { time, cluster, fleet, plane, maps };
};

describe('what a gateway shows of itself', () => {
  it('says what is served, and the newest changes of all clocks in their order, at most eight', async () => {
    const { time, fleet, plane } = planeOf();
    expect(plane.snapshot()).to.include({ cluster: CLUSTER, lastDecision: null }).and.to.deep.include({ decisions: [] });
    await time.finish(plane.start());
    await time.advance(1000);
    const changed = fleet.domainIds.reduce((sum, domain) => sum + fleet.control(domain).log.length, 0);
    expect(plane.snapshot().decisions).to.have.length(Math.min(8, changed));
    // More than are shown, from one domain and between those of the others.
    for (let i = 0; i < 12; i += 1) {
      const control = fleet.control(i % 2 === 0 ? 'd0' : 'p1');
      control.propose({ clockMhz: i % 4 < 2 ? 1410 : 690, reason: `change ${i}` }, time.nowMs() + 10_000 * i, true);
      control.applied(1410, time.nowMs() + 10_000 * i);
    }
    const { decisions, lastDecision } = plane.snapshot();
    expect(decisions).to.have.length(8);
    expect(decisions!.map(({ atMs }) => atMs)).to.deep.equal(decisions!.map(({ atMs }) => atMs).sort((a, b) => a - b));
    expect(decisions!.at(-1)).to.equal(lastDecision);
    expect(new Set(decisions!.map(({ domain }) => domain)))
      .to.include('d0')
      .and.to.include('p1');
    await time.finish(plane.stop());
  });

  it('counts first tokens and gaps of the last minute, with the promises as bounds', async () => {
    const { time, plane } = planeOf();
    await time.finish(plane.start());
    await plane.route({ id: 'a', arrivalMs: time.nowMs(), promptTokens: 100 });
    await time.advance(1500);
    plane.tokens('a', 1);
    for (const gapMs of [20, 30, 80]) {
      await time.advance(gapMs);
      plane.tokens('a', 1);
    }
    const { windowS, ttftMs, itlMs } = plane.snapshot().histograms!;
    const within = ({ bounds, counts }: typeof ttftMs, promiseMs: number): readonly [number, number] => [
      counts.reduce((sum, count, i) => (bounds[i]! <= promiseMs ? sum + count : sum), 0),
      counts.reduce((sum, count) => sum + count, 0),
    ];
    expect(windowS).to.equal(60);
    expect(within(ttftMs, SLO.ttftMs)).to.deep.equal([0, 1]);
    expect(within(itlMs, SLO.itlMs)).to.deep.equal([2, 3]);
    plane.ended('a', 'completed');
    await time.finish(plane.stop());
  });

  it('says the KV room that its engine told, else that of its card, and none of prefill', async () => {
    const { plane, fleet } = planeOf();
    const room = (): (number | null | undefined)[] => plane.snapshot().instances.map(({ kvCapacityTokens }) => kvCapacityTokens);
    const card = fleet.instance('d0').kvCapacityTokens ?? null;
    expect(room()).to.deep.equal([null, null, card, card]);
    plane.engineRoom('d1', 123_456.4);
    plane.engineRoom('nobody', 1);
    expect(room()).to.deep.equal([null, null, card, 123_456]);
  });

  it('shows energy over clock and load of one instance per phase, computed once a minute', async () => {
    const { time, maps } = planeOf();
    expect(maps.newest, 'nothing waits for them').to.deep.equal([]);
    const first = await time.finish(maps.maps());
    expect(first.map(({ role, instance, sloMs }) => [role, instance, sloMs])).to.deep.equal([
      ['prefill', 'p0', 1000],
      ['decode', 'd0', 50],
    ]);
    for (const { clocksMhz, loads, joulesPerToken, latencyMs } of first) {
      expect(clocksMhz).to.have.length.within(2, 16);
      for (const rows of [joulesPerToken, latencyMs]) {
        expect(rows).to.have.length(loads.length);
        for (const row of rows) expect(row).to.have.length(clocksMhz.length);
      }
    }
    const [, decode] = first;
    const alone = decode!.joulesPerToken[0]!.filter((joules) => joules !== null);
    const company = decode!.joulesPerToken.at(-1)!.filter((joules) => joules !== null);
    if (alone.length > 0 && company.length > 0) expect(Math.min(...company)).to.be.below(Math.min(...alone));
    expect(await time.finish(maps.maps())).to.equal(first);
    expect(maps.newest).to.equal(first);
    await time.advance(60_000);
    expect(await time.finish(maps.maps())).to.not.equal(first);
  });

  it('has no picture where nobody can predict, and none of clocks that may not be used', async () => {
    const { time, fleet, plane } = planeOf();
    const nobody = new EnergyMaps({ fleet, slo: SLO, time, instances: () => [] });
    expect(await time.finish(nobody.maps())).to.deep.equal([]);
    const outside = { minClockMhz: 5000 };
    const none = new EnergyMaps({ fleet, slo: SLO, time, instances: () => plane.instances, boundsMhz: outside });
    expect(await time.finish(none.maps())).to.deep.equal([]);
    const bounded = new EnergyMaps({ fleet, slo: SLO, time, instances: () => plane.instances, boundsMhz: { maxClockMhz: 1005 } });
    for (const { clocksMhz } of await time.finish(bounded.maps())) expect(clocksMhz.at(-1)).to.equal(1005);
  });
});

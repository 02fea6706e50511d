import { expect } from 'chai';
import type { ProfilePoint } from '../../../../src/domain/profile.ts';
import { emulatedDevice } from '../../../../src/emulation/instance.ts';
import { estimateIteration } from '../../../../src/prediction/analytic/estimate.ts';
import { decodeWork, prefillWork } from '../../../../src/prediction/analytic/work.ts';
import type { ProfilePlan } from '../../../../src/runs/profiling/plan.ts';
import { shortProfiling } from '../../../../src/runs/profiling/short.ts';
import { createRandom } from '../../../../src/statistics/random.ts';
import { profilingBench } from '../../../fixtures/world/profiling-bench.ts';

const PLAN: ProfilePlan = {
  clocksMhz: [390, 1005, 1410],
  prefill: { promptTokens: [256, 3584], repeats: 3 },
  decode: {
    loads: [
      { batch: 4, contextTokens: 1024 },
      { batch: 40, contextTokens: 512 },
    ],
    windowMs: 350,
  },
  idleMs: 120,
};
const LEASE_MS = 5000;

const benchOf = () => {
  const bench = profilingBench(['p0', 'p1', 'd0', 'd1']);
  const profile = (plan = PLAN) => bench.run(shortProfiling(plan, bench.cluster.instances, createRandom(1)));
  return { ...bench, profile };
};

const expectClean = ({ time, cluster, given }: ReturnType<typeof benchOf>): void => {
  expect(given()).to.deep.equal(['p0', 'p1', 'd0', 'd1']);
  expect(cluster.callsOf('release')).to.have.length(4);
  cluster.close();
  // Clock settling is the machines' own; the profile leaves no timer behind.
  expect(time.armed).to.equal(0);
};

const keyOf = ({ instance, requestedClockMhz, batch, promptTokens, contextTokens }: ProfilePoint): string =>
  `${instance} ${requestedClockMhz} ${batch} ${promptTokens ?? (contextTokens! > 900 ? 1024 : 512)}`;

describe('profiling a cluster by the short plan', () => {
  it('measures every clock at every load on every instance, all valid, and gives each lease back', async () => {
    const bench = benchOf();
    const { points, idle, gpuSeconds, sweeps } = await bench.profile();
    expect(new Set(points.map(keyOf))).to.have.length(4 * 3 * 2);
    expect(points).to.have.length(4 * 3 * 2);
    for (const point of points) {
      expect(point, keyOf(point)).to.deep.include({ valid: true, reasons: [], control: false });
      // Decode may be held down by the power limit, and says so; it is valid then.
      if (!point.capped) expect(point.clockMhz, keyOf(point)).to.equal(point.requestedClockMhz);
    }
    expect(idle.map(({ instance, clockMhz }) => `${instance} ${clockMhz}`).sort()).to.have.length(12);
    expect(gpuSeconds).to.be.within(4, (4 * bench.time.nowMs()) / 1000);
    expect(sweeps!.map(({ instance, points: count, ending }) => [instance, count, ending])).to.deep.equal(
      ['p0', 'p1', 'd0', 'd1'].map((id) => [id, 6, 'design']),
    );
    expectClean(bench);
  });

  it('finds what the devices truly are: latency within 1 %, power as their sensors show it within 1 %', async () => {
    const bench = benchOf();
    const { points } = await bench.profile();
    for (const point of points) {
      const device = emulatedDevice(bench.specs.find(({ id }) => id === point.instance)!);
      const work =
        point.phase === 'prefill'
          ? prefillWork([{ newTokens: point.promptTokens!, pastTokens: 0 }])
          : decodeWork(point.batch, point.batch * point.contextTokens!);
      const truth = estimateIteration(device, work, point.requestedClockMhz);
      expect(point.latencyMs / truth.latencyMs, `latency of ${keyOf(point)}`).to.be.closeTo(1, 0.01);
      expect(point.powerW / truth.powerW / device.personality.sensorGain, `power of ${keyOf(point)}`).to.be.closeTo(1, 0.01);
      expect(point.energyJ).to.be.closeTo((point.powerW * point.latencyMs) / 1000, 1e-9);
    }
  });

  it('is the same again with the same seed', async () => {
    expect(await benchOf().profile()).to.deep.equal(await benchOf().profile());
  });

  it('outlasts its lease by renewing it', async () => {
    const bench = benchOf();
    await bench.profile({ ...PLAN, idleMs: 2 * LEASE_MS });
    expect(bench.cluster.callsOf('renew').length).to.be.above(4 * 3);
    expect(bench.cluster.callsOf('acquire')).to.have.length(4);
  });

  it('marks points at a clock that did not hold as invalid, and goes on', async () => {
    const bench = benchOf();
    const { driver } = bench.cluster;
    const steal = driver.read;
    // Another program moves d0 back to its own clock each time somebody looks at it.
    driver.read = (domain) => {
      if (domain === 'd0' && bench.cluster.lockedMhz('d0') === 1005) bench.cluster.lockBehindOurBack('d0', 600);
      return steal(domain);
    };
    const { points } = await bench.profile();
    const moved = points.filter(({ instance, requestedClockMhz }) => instance === 'd0' && requestedClockMhz === 1005);
    expect(moved).to.have.length(2);
    for (const point of moved)
      expect(point).to.deep.include({ valid: false, reasons: ['the lock of 1005 MHz did not hold'], capped: false });
    expect(points.filter(({ valid }) => !valid)).to.have.length(2);
    expectClean(bench);
  });

  it('gives every lease back when one instance fails, ends the others soon, and throws that failure', async () => {
    const bench = benchOf();
    bench.cluster.refuse = (operation, domain) =>
      operation === 'meter' && domain === 'd0' && bench.time.nowMs() > 500 ? new Error('meter of d0 is gone') : null;
    const error: unknown = await bench.profile({ ...PLAN, idleMs: 1000 }).catch((reason: unknown) => reason);
    expect(error).to.have.property('message', 'meter of d0 is gone');
    // One idle window and a little: nobody measures on for a profile that is lost.
    expect(bench.time.nowMs()).to.be.below(2500);
    expectClean(bench);
  });

  it('gives every lease back when it is aborted in the middle, and throws the reason', async () => {
    for (const atMs of [1, 300, 1500]) {
      const bench = benchOf();
      const stopped = new Error('Ctrl-C');
      bench.time.at(atMs, () => bench.abort.abort(stopped));
      expect(await bench.profile().catch((reason: unknown) => reason)).to.equal(stopped);
      expect(bench.time.nowMs()).to.be.below(atMs + 200);
      expectClean(bench);
    }
  });

  it('touches nothing of an instance whose clocks somebody else holds', async () => {
    const bench = benchOf();
    await bench.cluster.driver.acquire('p1', 'somebody else', 60_000);
    const error: unknown = await bench.profile().catch((reason: unknown) => reason);
    expect(error).to.have.property('code', 'LEASE_HELD');
    expect(bench.cluster.callsOf('lock').filter((call) => call.includes('p1'))).to.deep.equal([]);
    expect(bench.given()).to.have.length(4);
  });
});

import { expect } from 'chai';
import fc from 'fast-check';
import { FleetControl } from '../../../src/control/fleet-control.ts';
import type { ClockLease } from '../../../src/domain/clock.ts';
import { VoltanaError } from '../../../src/domain/errors.ts';
import type { Megahertz } from '../../../src/domain/units.ts';
import type { Governor } from '../../../src/governing/governor.ts';
import type { ClockDriver } from '../../../src/ports/clock-driver.ts';
import type { Predictor } from '../../../src/prediction/predictor.ts';
import { leastRequests } from '../../../src/routing/least-requests.ts';
import { ControlPlane } from '../../../src/runs/serving/control-plane.ts';
import { VirtualTime } from '../../fixtures/virtual-time.ts';
import { clocksMhz as tableMhz, shippedSpecs } from '../../fixtures/world/shipped.ts';
import { VirtualCluster } from '../../fixtures/world/virtual-cluster.ts';

const TTL_MS = 1500;
const CALL_LIMIT_MS = 1000;
const specs = shippedSpecs().filter(({ id }) => id === 'p0' || id === 'd0');

/** What no governor should answer is among it. */
const wish = fc.oneof(
  fc.constantFrom(NaN, Infinity, -Infinity, -1, 0, -0, Number.MAX_VALUE, Number.MIN_VALUE),
  fc.double({ min: -100, max: 3000, noNaN: true }),
  fc.constantFrom(...tableMhz),
);

/** What becomes of a driver's call: done; refused; done, but its answer is lost; done late. */
const fate = fc.constantFrom<Fate>('done', 'done', 'done', 'refused', 'answer lost', 'late');
type Fate = 'done' | 'refused' | 'answer lost' | 'late';
const ALL_DONE: Scenario['fates'] = { lock: ['done'], renew: ['done'], read: ['done'], release: ['done'] };
const fates = fc.array(fate, { minLength: 1, maxLength: 8 });
type Fated = 'lock' | 'renew' | 'read' | 'release';

const scenarios = fc.record({
  wishes: fc.array(wish, { minLength: 1, maxLength: 40 }),
  fates: fc.record({ lock: fates, renew: fates, read: fates, release: fates }),
  /** Some renewals find the lease gone. */
  leaseLost: fc.array(fc.boolean(), { minLength: 1, maxLength: 5 }),
  bounds: fc.tuple(fc.constantFrom(...tableMhz), fc.constantFrom(...tableMhz)),
  perS: fc.oneof(fc.integer({ min: 1, max: 6 }), fc.double({ min: 0.5, max: 3, noNaN: true })),
  requestsAtMs: fc.array(fc.integer({ min: 0, max: 4000 }), { maxLength: 8 }),
  /** Disposed in the middle of whatever goes on then. */
  stopAtMs: fc.integer({ min: 0, max: 4000 }),
});
type Scenario = typeof scenarios extends fc.Arbitrary<infer T> ? T : never;

/** Takes one after the other, for ever. */
const cycle = <T>(items: readonly T[]): (() => T) => {
  let next = 0;
  return () => items[next++ % items.length]!;
};

interface Lock {
  readonly atMs: number;
  readonly domain: string;
  readonly clockMhz: number;
}

/** The cluster's own driver with fates, and a note of every lock that was asked for. */
const hostileDriver = (
  driver: ClockDriver,
  time: VirtualTime,
  { fates, leaseLost }: Scenario,
): { readonly driver: ClockDriver; readonly locks: Lock[]; readonly overlaps: () => number } => {
  const locks: Lock[] = [];
  const busy = new Set<string>();
  let overlaps = 0;
  const lost = cycle(leaseLost);
  const suffering = <A extends unknown[], T>(name: Fated, act: (...args: A) => Promise<T>): ((...args: A) => Promise<T>) => {
    const next = cycle(fates[name]);
    return async (...args) => {
      const what = next();
      if (what === 'refused') throw new Error(`${name} refused`);
      if (what === 'late') await time.sleep(CALL_LIMIT_MS / 2);
      const result = await act(...args);
      if (what === 'answer lost') throw new Error(`the answer to ${name} is lost`);
      return result;
    };
  };
  const lock = suffering('lock', (lease: ClockLease, mhz: Megahertz) => driver.lock(lease, mhz));
  const renew = suffering('renew', (lease: ClockLease) => driver.renew(lease));
  return {
    locks,
    overlaps: () => overlaps,
    driver: {
      ...driver,
      read: suffering('read', (domain: string) => driver.read(domain)),
      release: suffering('release', (lease: ClockLease) => driver.release(lease)),
      async renew(lease) {
        if (lost()) throw new VoltanaError('LEASE_LOST', 'gone');
        return renew(lease);
      },
      async lock(lease, clockMhz) {
        locks.push({ atMs: time.nowMs(), domain: lease.domain, clockMhz });
        if (busy.has(lease.domain)) overlaps += 1;
        busy.add(lease.domain);
        try {
          return await lock(lease, clockMhz);
        } finally {
          busy.delete(lease.domain);
        }
      },
    },
  };
};

const predictor: Predictor = {
  clockRangeMhz: [tableMhz[0]!, tableMhz.at(-1)!],
  evidence: 'emulated',
  predict: () => ({ latencyMs: 10, powerW: 200, idleW: 60, errorPct: null, inRange: true }),
};

const worldOf = (scenario: Scenario) => {
  const time = new VirtualTime();
  const cluster = new VirtualCluster(specs, time);
  const [minClockMhz, maxClockMhz] = [Math.min(...scenario.bounds), Math.max(...scenario.bounds)];
  const answer = cycle(scenario.wishes);
  const asked: (readonly number[])[] = [];
  const governor: Governor = {
    id: 'hostile',
    decide({ clocksMhz }) {
      asked.push(clocksMhz);
      return { clockMhz: answer(), reason: 'because' };
    },
  };
  const slo = { ttftMs: 1000, itlMs: 50 };
  const instances = specs.map(({ id, role, tp }) => ({
    id,
    role,
    gpuCount: tp,
    supportedMhz: tableMhz,
    startMhz: tableMhz.at(-1)!,
    predictor,
  }));
  const fleet = new FleetControl({
    instances,
    slo,
    governor,
    routing: leastRequests,
    minClockMhz,
    maxClockMhz,
    maxTransitionsPerS: scenario.perS,
    dwellMs: 50,
  });
  const hostile = hostileDriver(cluster.driver, time, scenario);
  const plane = new ControlPlane({
    fleet,
    instances: cluster.instances,
    driver: hostile.driver,
    meter: cluster.meter,
    time,
    governor: 'hostile',
    routing: 'any',
    slo,
    holder: 'test',
    leaseTtlMs: TTL_MS,
  });
  const allowedMhz = tableMhz.filter((mhz) => mhz >= minClockMhz && mhz <= maxClockMhz);
  return { time, cluster, plane, asked, allowedMhz, ...hostile };
};
type World = ReturnType<typeof worldOf>;

/** Requests arrive and end until it is stopped. */
const live = async ({ time, plane }: World, { requestsAtMs, stopAtMs }: Scenario): Promise<void> => {
  const arrivals = requestsAtMs.filter((atMs) => atMs <= stopAtMs).sort((a, b) => a - b);
  for (const [i, atMs] of arrivals.entries()) {
    await time.advance(atMs - time.nowMs());
    void plane.route({ id: `r${i}`, arrivalMs: atMs, promptTokens: 100 });
    if (i % 2 === 1) plane.ended(`r${i - 1}`, 'completed');
  }
  await time.advance(stopAtMs - time.nowMs());
};

const expectRate = (locks: readonly Lock[], perS: number): void => {
  const most = Math.max(1, Math.floor(perS));
  const windowMs = perS >= 1 ? 1000 : 1000 / perS;
  for (const { atMs, domain } of locks)
    expect(locks.filter((other) => other.domain === domain && other.atMs > atMs - windowMs && other.atMs <= atMs).length).to.be.at.most(
      most,
    );
};

const expectRestored = ({ cluster, time }: World): void => {
  for (const { id } of specs) expect(cluster.lockedMhz(id), `${id} at ${time.nowMs()} ms`).to.equal(null);
};

describe('properties of the control plane, under any answers of a governor and any fate of a driver', function () {
  this.timeout(60_000);

  it('locks only clocks of the table within the bounds, one at a time, no oftener than allowed, and gives all back', () =>
    fc.assert(
      fc.asyncProperty(scenarios, async (scenario) => {
        const world = worldOf(scenario);
        const { time, plane, locks, allowedMhz } = world;
        await plane.start();
        await live(world, scenario);
        await time.finish(plane.stop());
        const count = locks.length;
        for (const { clockMhz } of locks) expect(allowedMhz).to.include(clockMhz);
        for (const offered of world.asked) expect(allowedMhz).to.include.members([...offered]);
        expect(world.overlaps()).to.equal(0);
        expectRate(locks, scenario.perS);
        // What release could not do, the lease's end does.
        await time.advance(TTL_MS + 2 * CALL_LIMIT_MS);
        expectRestored(world);
        expect(locks, 'nothing is locked after the end').to.have.length(count);
        world.cluster.close();
        expect(time.armed, 'timers left').to.equal(0);
      }),
      { numRuns: 80 },
    ));

  it('with a driver that works, every clock is back as soon as it has stopped, and stopping twice is stopping once', () =>
    fc.assert(
      fc.asyncProperty(scenarios, async (scenario) => {
        const fine = { ...scenario, leaseLost: [false], fates: ALL_DONE };
        const world = worldOf(fine);
        await world.plane.start();
        await live(world, fine);
        await world.time.finish(Promise.all([world.plane.stop(), world.plane.stop()]));
        expectRestored(world);
        expect(world.cluster.callsOf('release')).to.have.length(specs.length);
        expect(world.plane.snapshot().warnings).to.deep.equal([]);
        world.cluster.close();
      }),
      { numRuns: 40 },
    ));

  it('a start that is refused one lease keeps none of the others', () =>
    fc.assert(
      fc.asyncProperty(scenarios, fc.constantFrom(...specs.map(({ id }) => id)), async (scenario, refused) => {
        const world = worldOf({ ...scenario, fates: ALL_DONE });
        const { cluster, plane, time } = world;
        cluster.refuse = (operation, domain) =>
          operation === 'acquire' && domain === refused ? new VoltanaError('LEASE_HELD', 'taken') : null;
        const error: unknown = await time.finish(plane.start().catch((reason: unknown) => reason));
        expect(error).to.include({ code: 'LEASE_HELD', exitCode: 4 });
        cluster.refuse = () => null;
        for (const { id } of specs) expect(await cluster.driver.acquire(id, 'somebody else', 1000), id).to.include({ domain: id });
        expect(world.locks).to.deep.equal([]);
        cluster.close();
        expect(time.armed).to.equal(0);
      }),
      { numRuns: 20 },
    ));
});

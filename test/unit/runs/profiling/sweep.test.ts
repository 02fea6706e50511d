import { expect } from 'chai';
import type { ClockReading } from '../../../../src/domain/clock.ts';
import type { ProfilePoint } from '../../../../src/domain/profile.ts';
import { VoltanaError } from '../../../../src/domain/errors.ts';
import type { Disturbance } from '../../../../src/emulation/instance.ts';
import { createRandom } from '../../../../src/statistics/random.ts';
import { drawNormal } from '../../../../src/statistics/draws.ts';
import { errorPct, expectNothingLeft } from '../../../fixtures/world/profiled-truth.ts';
import { fixedPoints, planned, profilingBench } from '../../../fixtures/world/profiling-bench.ts';

const DECODE = [planned(1410, 8, 512), planned(690, 8, 512), planned(1005, 64, 1024), planned(690, 64, 1024)];
const PREFILL = [planned(1005, 1, 512), planned(690, 1, 4096), planned(1410, 1, 2048)];

const errorOf = (work: Promise<unknown>): Promise<VoltanaError> =>
  work.then(
    () => expect.fail('it did not fail'),
    (error: unknown) => error as VoltanaError,
  );

const noisy = (seed: number): Disturbance => {
  const random = createRandom(seed);
  return () => (random.next() < 0.02 ? 5 : Math.max(0.8, drawNormal(random, 1, 0.02)));
};

describe('a sweep of one instance', () => {
  it('measures decode at constant batch: latency within 0.3 %, energy from the counter and from power samples alike', async () => {
    const bench = profilingBench(['d0']);
    const { points } = await bench.run(fixedPoints(DECODE));
    expect(points).to.have.length(DECODE.length);
    for (const point of points) {
      expect(errorPct(bench, point)).to.be.below(0.3);
      expect(point).to.include({ valid: true, control: false });
      expect(point.integratedEnergyJ! / point.energyJ).to.be.closeTo(1, 0.02);
      expect(point.latencyCi95Pct).to.be.within(0, 1);
      expect(point.appliedClocks).to.deep.equal([{ mhz: point.clockMhz, fraction: 1 }]);
    }
    await expectNothingLeft(bench);
  });

  it('measures prefill with the GPU kept busy: the time between two answers, within 0.1 %', async () => {
    const bench = profilingBench(['p0']);
    const { points } = await bench.run(fixedPoints(PREFILL));
    for (const point of points) {
      expect(errorPct(bench, point)).to.be.below(0.1);
      expect(point.valid, point.reasons.join()).to.equal(true);
      expect(point.samples).to.be.at.least(3);
    }
    await expectNothingLeft(bench);
  });

  it('calls a power-capped point valid and capped, with the clock that was left', async () => {
    const bench = profilingBench(['d0']);
    const [point] = (await bench.run(fixedPoints([planned(1410, 448, 128)]))).points;
    expect(point).to.include({ valid: true, capped: true, requestedClockMhz: 1410 });
    expect(point!.clockMhz).to.be.below(1410);
    expect(point!.appliedClocks[0]!.mhz).to.equal(point!.clockMhz);
  });

  it('takes more time where the device is noisy, keeps outliers out, and says how well it knows the latency', async () => {
    const quiet = profilingBench(['d0']);
    const loud = profilingBench(['d0'], () => noisy(5));
    await quiet.run(fixedPoints(DECODE));
    const { points } = await loud.run(fixedPoints(DECODE));
    expect(loud.time.nowMs()).to.be.above(quiet.time.nowMs());
    for (const point of points) {
      expect(errorPct(loud, point)).to.be.below(3);
      expect(point.latencyCi95Pct).to.be.above(0.05);
    }
  });

  it('an engine that hangs ends it with ENGINE_FAILED that names the instance, in bounded time', async () => {
    for (const [id, points] of [
      ['d0', DECODE],
      ['p0', PREFILL],
    ] as const) {
      const bench = profilingBench([id]);
      bench.time.at(1500, () => bench.cluster.hang(id));
      const error = await errorOf(bench.run(fixedPoints(points)));
      expect(error.code).to.equal('ENGINE_FAILED');
      expect(error.message).to.include(`instance ${id}`);
      expect(bench.time.nowMs()).to.be.below(1500 + 70_000);
      expect(bench.given()).to.deep.equal([id]);
      expect(bench.told.length).to.be.at.least(1);
    }
  });

  it('an engine that hangs before its first token is no endless wait either', async () => {
    const bench = profilingBench(['d0']);
    bench.cluster.hang('d0');
    const error = await errorOf(bench.run(fixedPoints(DECODE)));
    expect(error).to.include({ code: 'ENGINE_FAILED' });
    expect(error.message).to.include('instance d0 did not admit 8 requests of 512 tokens');
    // Once may be somebody else's load; a second time nothing is admitted at all.
    expect(bench.told.map(({ reasons }) => reasons.join())).to.deep.equal(['queueing: the load was not admitted within 60 s']);
    expect(bench.time.nowMs()).to.be.below(130_000);
  });

  it('a load that is kept out by others is a point that queued; the next one is measured', async () => {
    const bench = profilingBench(['d0']);
    const { machine, pump } = bench.cluster.node('d0');
    const most = machine.load().kvCapacityTokens;
    pump.input((nowMs) => machine.submit({ id: 'other', room: 0, promptTokens: most - 40_000, maxTokens: 30_000 }, nowMs));
    const { points, drift } = await bench.run(fixedPoints([planned(1005, 64, 2048), planned(1005, 8, 512)]));
    expect(points.map(({ valid, samples, reasons }) => [valid, samples > 0, reasons.join()])).to.deep.equal([
      [false, false, 'queueing: the load was not admitted within 60 s'],
      [true, true, ''],
    ]);
    expect(drift).to.deep.equal([]);
    pump.input((nowMs) => machine.cancel('other', nowMs));
    await expectNothingLeft(bench);
  });

  it('an engine that dies in the middle ends it with its reason, and what was measured was told', async () => {
    for (const [id, points] of [
      ['d0', DECODE],
      ['p0', PREFILL],
    ] as const) {
      const bench = profilingBench([id]);
      bench.time.at(2500, () => bench.cluster.die(id));
      const error = await errorOf(bench.run(fixedPoints(points)));
      expect(error.code).to.equal('ENGINE_FAILED');
      expect(error.message).to.include(`instance ${id} failed while it was measured: ${id} is gone`);
      expect(bench.told.length).to.be.within(1, points.length - 1);
      expect(bench.given()).to.deep.equal([id]);
    }
  });

  it('a lock that is refused ends it with exit code 4, and what was measured was told', async () => {
    const bench = profilingBench(['d0']);
    bench.cluster.refuse = (operation) => (operation === 'lock' && bench.told.length === 2 ? new Error('EPERM') : null);
    const error = await errorOf(bench.run(fixedPoints(DECODE)));
    expect(error).to.include({ code: 'LOCK_FAILED', exitCode: 4, message: 'the clock of d0 could not be locked at 1005 MHz: EPERM' });
    expect(bench.told).to.have.length(2);
    await expectNothingLeft(bench);
  });

  it('keeps a lost lease and a silent control port what they are', async () => {
    for (const code of ['LEASE_LOST', 'ENGINE_FAILED'] as const) {
      const bench = profilingBench(['d0']);
      bench.cluster.refuse = (operation) => (operation === 'lock' ? new VoltanaError(code, 'so it is') : null);
      expect(await errorOf(bench.run(fixedPoints(DECODE)))).to.include({ code, message: 'so it is' });
    }
  });

  const withReadings = async (change: (reading: ClockReading) => ClockReading): Promise<ProfilePoint> => {
    const bench = profilingBench(['d0']);
    const { driver } = bench.cluster;
    const read = driver.read;
    driver.read = async (domain) => change(await read(domain));
    return (await bench.run(fixedPoints([planned(1005, 8, 512)]))).points[0]!;
  };

  it('a thermal slowdown is not valid; a power limit is', async () => {
    const limited = (limitedBy: 'thermal' | 'power') =>
      withReadings((reading) => ({ ...reading, throttled: true, limitedBy, appliedMhz: 900 as ClockReading['appliedMhz'] }));
    expect(await limited('thermal')).to.deep.include({ valid: false, capped: false, reasons: ['thermal slowdown'], clockMhz: 900 });
    expect(await limited('power')).to.deep.include({ valid: true, capped: true, reasons: [], clockMhz: 900 });
  });

  it('a clock that the driver quietly holds lower is not the one asked for', async () => {
    const point = await withReadings((reading) => ({ ...reading, appliedMhz: 900 as ClockReading['appliedMhz'] }));
    expect(point).to.deep.include({ valid: false, reasons: ['the clock did not hold: 900 MHz for 1005 MHz asked'], clockMhz: 900 });
  });

  it('a counter and power samples that contradict each other are a reason', async () => {
    const bench = profilingBench(['d0']);
    const { meter } = bench.cluster;
    const read = meter.read;
    meter.read = async (domain) => {
      const reading = await read(domain);
      return { ...reading, powerW: reading.powerW * 1.2 };
    };
    const [point] = (await bench.run(fixedPoints([planned(1005, 8, 512)]))).points;
    expect(point!.reasons).to.deep.equal(['energy counter and integrated power are 20.0 % apart']);
  });

  it('a prefill instance that serves others too is queueing', async () => {
    const bench = profilingBench(['p0']);
    const { machine, pump } = bench.cluster.node('p0');
    let count = 0;
    // Somebody else's prompts, as fast as they are computed.
    const other = (): void => {
      pump.input((nowMs) => machine.submit({ id: `other-${++count}`, room: 0, promptTokens: 6000, maxTokens: 1 }, nowMs));
      bench.time.at(bench.time.nowMs() + 150, () => count < 300 && other());
    };
    other();
    const [point] = (await bench.run(fixedPoints([planned(1410, 1, 256)], {}, { limitMs: 4000 }))).points;
    expect(point!.valid).to.equal(false);
  });

  it('a batch that does not stay whole is no constant batch', async () => {
    const bench = profilingBench(['d0']);
    const { machine, pump } = bench.cluster.node('d0');
    const lose = (): void => {
      for (let i = 1; i <= 3; i++) pump.input((nowMs) => machine.cancel(`probe-${i}`, nowMs));
    };
    bench.time.at(900, lose);
    const [point] = (await bench.run(fixedPoints([planned(1005, 20, 512)], {}, { precisionPct: 0.0001 }))).points;
    expect(point!.reasons).to.include('the running batch was not constant');
  });
});

describe('the control point of a sweep', () => {
  const control = planned(1410, 8, 512);
  const many = Array.from({ length: 30 }, (_, i) => planned([690, 1005, 1410][i % 3]!, 8, 512));

  it('is measured at the start, in between and at the end, and is no part of the design', async () => {
    const bench = profilingBench(['d0']);
    const { points, drift } = await bench.run(fixedPoints(many, { control }));
    const at = points.flatMap((point, i) => (point.control ? [i] : []));
    expect(at).to.deep.equal([0, 26, 32]);
    expect(drift).to.have.length(1);
    expect(drift![0]).to.include({ instance: 'd0', phase: 'decode', controls: 3, beyondPrecision: false });
    expect(Math.abs(drift![0]!.latencyPct)).to.be.below(0.5);
  });

  it('tells of a device that drifts, in the document and at the control points themselves', async () => {
    // One percent slower every ten seconds.
    const bench = profilingBench(['d0'], () => (nowMs) => 1 + nowMs / 1e6);
    const { points, drift } = await bench.run(fixedPoints(many, { control }));
    const controls = points.filter((point) => point.control);
    expect(drift![0]).to.include({ controls: 3, beyondPrecision: true });
    expect(drift![0]!.latencyPct).to.be.within(2, 8);
    expect(controls[0]!.valid).to.equal(true);
    expect(controls.at(-1)!.reasons.join()).to.match(/^the device drifted: latency \+\d\.\d % since the first control point$/);
    expect(points.filter((point) => !point.control).every(({ valid }) => valid)).to.equal(true);
  });
});

describe('the budget of a sweep', () => {
  const endless = Array.from({ length: 500 }, () => planned(1005, 8, 512));

  it('ends it before it is overspent, with the control point that belongs to the end', async () => {
    for (const control of [null, planned(1410, 8, 512)]) {
      const bench = profilingBench(['d0']);
      const { gpuSeconds, sweeps, points } = await bench.run(fixedPoints(endless, { budgetGpuS: 20, control }));
      expect(sweeps![0]).to.include({ ending: 'budget' });
      expect(gpuSeconds).to.be.within(15, 20);
      expect(gpuSeconds).to.be.closeTo(bench.time.nowMs() / 1000, 0.2);
      expect(points.at(-1)!.control).to.equal(control !== null);
    }
  });

  it('counts what an earlier session has spent, and measures nothing again', async () => {
    const first = profilingBench(['d0']);
    const measured = await first.run(fixedPoints(endless.slice(0, 3)));
    const bench = profilingBench(['d0']);
    const before = { points: measured.points, idle: [], gpuSeconds: 12 };
    const { points, gpuSeconds } = await bench.run(fixedPoints(endless.slice(0, 5), { before, budgetGpuS: 20 }));
    expect(bench.told).to.have.length(2);
    expect(points).to.have.length(5);
    expect(gpuSeconds).to.be.closeTo(12 + bench.time.nowMs() / 1000, 0.01);
  });
});

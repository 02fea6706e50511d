import { expect } from 'chai';
import type { RequestOutcome } from '../../../../src/domain/request.ts';
import type { Snapshot } from '../../../../src/domain/snapshot.ts';
import type { LoadSource } from '../../../../src/ports/load-source.ts';
import { benchmark } from '../../../../src/runs/benchmarking/benchmark.ts';
import { completed } from '../../../fixtures/outcomes.ts';
import { config, header } from '../../../fixtures/run-records.ts';
import { VirtualTime } from '../../../fixtures/virtual-time.ts';
import { shippedSpecs } from '../../../fixtures/world/shipped.ts';
import { VirtualCluster } from '../../../fixtures/world/virtual-cluster.ts';

const RUN_MS = 4000;
const outcomes: RequestOutcome[] = [0, 1000, 2000].map((intendedMs, i) =>
  completed({ id: `r${i}`, intendedMs, ttftMs: 100, gapMs: 10, tokens: 50 }),
);

const setUp = (over: { load?: LoadSource['run']; warnings?: readonly string[] } = {}) => {
  const time = new VirtualTime(50_000);
  const cluster = new VirtualCluster(shippedSpecs(), time);
  const abort = new AbortController();
  let transitions = 7;
  const snapshot = (): Promise<Snapshot> => {
    const now = {
      kind: 'snapshot',
      atMs: 0,
      governor: '',
      routing: '',
      slo: { ttftMs: 1000, itlMs: 50 },
      instances: [],
      requests: { inFlight: 0, queued: 0, completed: 0, failed: 0, cancelled: 0, rerouted: 0 },
      firstRequestAtMs: null,
      outputTokens: 0,
      transitions,
      lastDecision: null,
      warnings: over.warnings ?? [],
    } as const;
    return Promise.resolve(now);
  };
  const defaultLoad: LoadSource['run'] = async (_schedule, { signal, onOutcome }) => {
    const startedAtMs = time.nowMs();
    await time.sleep(RUN_MS, signal);
    transitions += 5;
    outcomes.forEach((outcome) => onOutcome!(outcome));
    return { startedAtMs, outcomes: [] };
  };
  const run = () =>
    time.finish(
      benchmark({
        ports: { driver: cluster.driver, meter: cluster.meter, time },
        load: { run: over.load ?? defaultLoad },
        gateway: {
          url: '',
          failed: new Promise(() => undefined),
          snapshot,
          energyMaps: () => [],
          stop: () => Promise.resolve(null),
          change: () => undefined,
        },
        instances: cluster.instances,
        schedule: [],
        config,
        mode: 'emulated',
        header,
        signal: abort.signal,
      }),
    );
  return { time, cluster, abort, run };
};

/** What four idle GPUs show at their highest clock. */
const idlePowerW = async ({ cluster }: ReturnType<typeof setUp>): Promise<number> => {
  const readings = await Promise.all(cluster.instances.map(({ id }) => cluster.meter.read(id)));
  return readings.reduce((sum, { powerW }) => sum + powerW, 0);
};

describe('benchmark', () => {
  it("charges the energy of the measured span, on the run's own clock, and idle power after it has drained", async () => {
    const bench = setUp();
    const record = await bench.run();
    const idleW = await idlePowerW(bench);
    expect(record.measuredS).to.be.closeTo(2.59, 1e-9);
    expect(record.energyJ!.total).to.be.closeTo(idleW * record.measuredS, 0.01);
    expect(record.idlePowerW).to.be.closeTo(idleW, 0.01);
    expect(record.energyJ).to.deep.include({ method: 'counter', uncertaintyPct: 5 });
    expect(record.outputTokens).to.equal(150);
    expect(record.wallS).to.be.closeTo(0.4 + RUN_MS / 1000 + 2.8, 1e-9);
    expect(record.validity.verdict).to.equal('valid');
  });

  it('counts only the transitions of its own run', async () => {
    expect((await setUp().run()).clocks.transitions).to.equal(5);
  });

  it('is invalid, with the reason, when the gateway had a warning', async () => {
    const { validity } = await setUp({ warnings: ['d0: locked at 600 MHz, asked for 690 MHz'] }).run();
    expect(validity).to.deep.equal({ verdict: 'invalid', reasons: ['d0: locked at 600 MHz, asked for 690 MHz'] });
  });

  it('fails rather than guess the energy when a meter is silent at the end', async () => {
    const bench = setUp();
    bench.cluster.refuse = (operation, domain) =>
      operation === 'meter' && domain === 'd1' && bench.time.nowMs() > 50_500 && bench.time.nowMs() < 54_500 ? new Error('silent') : null;
    const error: unknown = await bench.run().catch((reason: unknown) => reason);
    expect(error).to.have.property('message', 'silent');
  });

  it('leaves no sampler running, whether it ends, fails or is aborted', async () => {
    for (const [over, message] of [
      [{}, null],
      [{ load: () => Promise.reject(new Error('load failed')) }, 'load failed'],
    ] as const) {
      const bench = setUp(over);
      const result: unknown = await bench.run().catch((error: unknown) => (error as Error).message);
      if (message) expect(result).to.equal(message);
      bench.cluster.close();
      expect(bench.time.armed).to.equal(0);
    }
    const bench = setUp();
    bench.time.at(51_000, () => bench.abort.abort(new Error('Ctrl-C')));
    expect(await bench.run().catch((error: unknown) => (error as Error).message)).to.equal('Ctrl-C');
    bench.cluster.close();
    expect([bench.time.armed, bench.time.nowMs()]).to.deep.equal([0, 51_000]);
  });
});

import { expect } from 'chai';
import type { InstanceSnapshot, Snapshot } from '../../../../src/domain/snapshot.ts';
import { VoltanaError } from '../../../../src/domain/errors.ts';
import { EndpointWatch } from '../../../../src/runs/benchmarking/endpoint-watch.ts';
import { gatewayReader, meters } from '../../../../src/runs/benchmarking/gateway-reader.ts';
import { steadyReader } from '../../../../src/runs/benchmarking/steady-reader.ts';
import { steadyMeters } from '../../../fixtures/benchmarking/virtual-bench.ts';
import { isPending, ourError, rejected } from '../../../fixtures/rejected.ts';
import { VirtualTime } from '../../../fixtures/virtual-time.ts';

const instance = (over: Partial<InstanceSnapshot>): InstanceSnapshot => ({
  id: 'p0',
  role: 'prefill',
  domain: 'p0',
  health: 'up',
  askedMhz: 1410,
  appliedMhz: 900,
  powerW: 300,
  energyJ: 5000,
  meteredAtMs: 70_000,
  requests: 0,
  tokens: 0,
  latency: { p50Ms: null, p95Ms: null },
  correctionPct: null,
  lastReason: null,
  transitions: 0,
  ...over,
});
/** An engine that does both phases: two instances on one GPU, whose joules both of them show. */
const AGGREGATED = [
  instance({ id: 'a0-prefill', domain: 'a0' }),
  instance({ id: 'a0-decode', role: 'decode', domain: 'a0' }),
  instance({ id: 'd1', role: 'decode', domain: 'd1', energyJ: 70 }),
];
const snapshot = (instances: readonly InstanceSnapshot[], atMs = 70_100): Snapshot =>
  ({ kind: 'snapshot', atMs, instances }) as unknown as Snapshot;

describe('the meters of a gateway that runs elsewhere', () => {
  it('count the joules of an engine that does both phases once', async () => {
    const reader = gatewayReader(() => Promise.resolve(snapshot(AGGREGATED)), new VirtualTime(500));
    const looks = await reader.read();
    expect(looks.map(({ instance: id, role, energyJ }) => [id, role, energyJ])).to.deep.equal([
      ['a0', 'prefill', 5000],
      ['d1', 'decode', 70],
    ]);
    expect(looks[0]!.atMs, 'on our clock: the gateway read it 100 ms ago').to.be.closeTo(400, 1e-9);
    expect(looks[0]!.lockedMhz, 'a clock below what was asked for may be a power cap').to.equal(null);
    expect(await reader.method()).to.deep.equal({ method: 'counter', uncertaintyPct: 5 });
  });

  it('are there where it meters all of what it serves', () => {
    expect(meters(snapshot(AGGREGATED))).to.equal(true);
    expect(meters(snapshot([]))).to.equal(false);
    expect(meters(snapshot([...AGGREGATED, instance({ id: 'd2', domain: 'd2', energyJ: null })]))).to.equal(false);
  });

  it('say which of them has gone', async () => {
    const gone = gatewayReader(() => Promise.resolve(snapshot([instance({ powerW: null })])), new VirtualTime());
    expect((await ourError(gone.read())).message).to.include('p0');
  });
});

describe('a steady reader', () => {
  it('gives no readings where there are none, once the meters have answered', async () => {
    const time = new VirtualTime();
    let fails = false;
    const reader = await steadyReader(steadyMeters(time, 0, () => fails));
    expect(await reader.read()).to.have.length(2);
    fails = true;
    expect(await reader.read()).to.deep.equal([]);
    expect(await reader.method()).to.include({ uncertaintyPct: 5 });
  });

  it('fails with meters that do not answer at all', async () => {
    const silent = { ...steadyMeters(new VirtualTime(), 0), method: () => Promise.reject(new Error('silent')) };
    expect(await rejected(steadyReader(silent))).to.have.property('message', 'silent');
  });
});

describe('an endpoint of others, watched', () => {
  const watched = (answer: () => Promise<unknown>) => {
    let asked = 0;
    const watch = new EndpointWatch(() => {
      asked += 1;
      return answer();
    });
    const see = (...statuses: readonly ('completed' | 'failed' | 'rejected' | 'cancelled')[]): void =>
      statuses.forEach((status) => watch.outcome({ status }));
    return { watch, see, asked: () => asked };
  };
  const tenFailures = new Array<'failed'>(10).fill('failed');

  it('is left alone while it answers, also when it rejects some or fails a few', async () => {
    const { watch, see, asked } = watched(() => Promise.reject(new Error('never asked')));
    see(...tenFailures.slice(1), 'completed', ...tenFailures.slice(1), 'completed', ...new Array<'rejected'>(50).fill('rejected'));
    await watch.end();
    expect(asked()).to.equal(0);
    expect(await isPending(watch.failed, 10)).to.equal(true);
  });

  it('is asked after many failures in a row, once at a time, and is well when it answers', async () => {
    const { watch, see, asked } = watched(() => new Promise((resolve) => setImmediate(resolve)));
    see(...tenFailures, ...tenFailures);
    expect(asked()).to.equal(1);
    await watch.end();
    expect(await isPending(watch.failed, 10)).to.equal(true);
  });

  it('has failed where it does not answer; a single failure at the end is enough to ask', async () => {
    const dead = new VoltanaError('ENGINE_FAILED', 'it cannot be asked');
    const { watch, see } = watched(() => Promise.reject(dead));
    see('completed', 'failed');
    await watch.end();
    expect(await watch.failed).to.equal(dead);
  });

  it('has failed, as an engine does, where it answers otherwise than before the load', async () => {
    const { watch, see } = watched(() => Promise.reject(new VoltanaError('BAD_VALUE', 'it does not serve m')));
    see(...tenFailures);
    expect(await watch.failed).to.include({ code: 'ENGINE_FAILED', message: 'it does not serve m' });
  });
});

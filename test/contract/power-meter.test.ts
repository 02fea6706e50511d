import { expect } from 'chai';
import { createEmulatedClocks } from '../../src/adapters/clocks/emulated/driver.ts';
import { createEmulatedProbe } from '../../src/adapters/engines/emulated/probe.ts';
import { realTime } from '../../src/adapters/host/real-time.ts';
import { VoltanaError } from '../../src/domain/errors.ts';
import type { DecodeProbe } from '../../src/ports/engine.ts';
import { startNode } from '../fixtures/engines/emulated-node.ts';
import { VirtualTime } from '../fixtures/virtual-time.ts';
import { shippedSpecs } from '../fixtures/world/shipped.ts';
import { VirtualCluster } from '../fixtures/world/virtual-cluster.ts';
import { powerMeterContract } from './power-meter.ts';

/** Long enough an answer that a batch grows little within a window, and so does its power. */
const BATCH = 32;
const CONTEXT_TOKENS = 1000;
const never = new AbortController().signal;

powerMeterContract('emulated', async () => {
  const time = realTime();
  const [decode, prefill] = await Promise.all([startNode('decode'), startNode('prefill')]);
  const clocks = createEmulatedClocks([decode.instance, prefill.instance], time);
  const probe = createEmulatedProbe(time);
  let load: DecodeProbe | null = null;
  return {
    meter: clocks.meter,
    domains: [decode.instance.id, prefill.instance.id],
    nowMs: () => time.nowMs(),
    pass: (durationMs) => time.sleep(durationMs),
    async heat() {
      load = await probe.decode(decode.instance, BATCH, CONTEXT_TOKENS, never);
    },
    lose: () => prefill.close(),
    async close() {
      await load?.stop();
      await Promise.all([clocks.close(), probe.close(), decode.close(), prefill.close()]);
    },
  };
});

describe('emulated power meter', () => {
  it('promises what NVIDIA promises: a counter, good to 5 %', async () => {
    const node = await startNode('decode');
    const clocks = createEmulatedClocks([node.instance], realTime());
    expect(await clocks.meter.read(node.instance.id)).to.include({ source: 'counter', uncertaintyPct: 5 });
    await clocks.close();
    await node.close();
  });
});

powerMeterContract('virtual cluster (fixture)', async () => {
  const time = new VirtualTime();
  const cluster = new VirtualCluster(shippedSpecs(), time);
  const busy = cluster.instances.find(({ id }) => id === 'd0')!;
  return {
    meter: cluster.meter,
    domains: [busy.id, 'p0'],
    nowMs: () => time.nowMs(),
    pass: (durationMs) => time.advance(durationMs),
    async heat() {
      await time.finish(cluster.probe.decode(busy, BATCH, CONTEXT_TOKENS, never));
    },
    async lose() {
      cluster.refuse = (operation, domain) => (operation === 'meter' && domain === 'p0' ? new VoltanaError('ENGINE_FAILED', 'p0') : null);
    },
    close: async () => cluster.close(),
  };
});

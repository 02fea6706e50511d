import { expect } from 'chai';
import { createEmulatedClocks } from '../../src/adapters/clocks/emulated/driver.ts';
import { realTime } from '../../src/adapters/host/real-time.ts';
import { specOf, startNode } from '../fixtures/engines/emulated-node.ts';
import { clockDriverContract } from './clock-driver.ts';

const start = async () => {
  const node = await startNode('decode');
  const clocks = createEmulatedClocks([node.instance], realTime());
  const close = async (): Promise<void> => {
    await clocks.close();
    await node.close();
  };
  return { node, clocks, close };
};

const { lock } = specOf('decode').gpu;

clockDriverContract('emulated', async () => {
  const { node, clocks, close } = await start();
  return { driver: clocks.driver, domain: node.instance.id, settleMs: lock.settleMs[1] + 50, close };
});

describe('emulated power meter', () => {
  it('counts energy up at about the power it reads, on our clock', async () => {
    const { node, clocks, close } = await start();
    const before = await clocks.meter.read(node.instance.id);
    await new Promise((resolve) => setTimeout(resolve, 300));
    const after = await clocks.meter.read(node.instance.id);
    const meanW = ((after.energyJ - before.energyJ) / (after.atMs - before.atMs)) * 1000;
    expect(meanW).to.be.closeTo(after.powerW, after.powerW * 0.05);
    expect(after).to.include({ source: 'counter', uncertaintyPct: 5, domain: node.instance.id });
    expect(after.atMs).to.be.at.most(performance.now());
    await close();
  });

  it('says so when the control port is gone', async () => {
    const { node, clocks, close } = await start();
    await node.close();
    const error = await clocks.meter.read(node.instance.id).catch((reason: unknown) => reason);
    expect(error).to.have.property('code', 'ENGINE_FAILED');
    await close();
  });
});

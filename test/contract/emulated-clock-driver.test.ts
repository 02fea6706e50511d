import { createEmulatedClocks } from '../../src/adapters/clocks/emulated/driver.ts';
import { realTime } from '../../src/adapters/host/real-time.ts';
import { specOf, startNode } from '../fixtures/engines/emulated-node.ts';
import { clockDriverContract } from './clock-driver.ts';

const { lock } = specOf('decode').gpu;

clockDriverContract('emulated', async () => {
  const node = await startNode('decode');
  const clocks = createEmulatedClocks([node.instance], realTime());
  const close = async (): Promise<void> => {
    await clocks.close();
    await node.close();
  };
  return { driver: clocks.driver, domain: node.instance.id, settleMs: lock.settleMs[1] + 50, close };
});

import { createEmulatedProbe } from '../../src/adapters/engines/emulated/probe.ts';
import { realTime } from '../../src/adapters/host/real-time.ts';
import type { LaunchedInstance } from '../../src/domain/instance.ts';
import { requestsOn, startNode } from '../fixtures/engines/emulated-node.ts';
import { VirtualTime } from '../fixtures/virtual-time.ts';
import { shippedSpecs } from '../fixtures/world/shipped.ts';
import { VirtualCluster } from '../fixtures/world/virtual-cluster.ts';
import { engineProbeContract } from './engine-probe.ts';

engineProbeContract('emulated', async () => {
  const time = realTime();
  const probe = createEmulatedProbe(time);
  const [prefill, decode, gone] = await Promise.all([startNode('prefill'), startNode('decode'), startNode('decode')]);
  await gone.close();
  return {
    probe,
    prefill: prefill.instance,
    decode: decode.instance,
    gone: gone.instance,
    time,
    finish: (work) => work,
    requestsOn,
    async close() {
      await Promise.all([probe.close(), prefill.close(), decode.close()]);
    },
  };
});

const virtual = async () => {
  const time = new VirtualTime();
  const cluster = new VirtualCluster(shippedSpecs(), time);
  const instanceOf = (id: string) => cluster.instances.find((one) => one.id === id)!;
  return {
    probe: cluster.probe,
    prefill: instanceOf('p0'),
    decode: instanceOf('d0'),
    time,
    finish: <T>(work: Promise<T>) => time.finish(work),
    requestsOn: async ({ id }: LaunchedInstance) => {
      const { running, waiting } = cluster.node(id).machine.load();
      return running + waiting;
    },
    close: async () => cluster.close(),
  };
};

engineProbeContract('virtual cluster (fixture)', virtual, false);

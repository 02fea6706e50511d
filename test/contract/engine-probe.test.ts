import { createEmulatedProbe } from '../../src/adapters/engines/emulated/probe.ts';
import { createEngineProbe } from '../../src/adapters/engines/probe/probe.ts';
import { realTime } from '../../src/adapters/host/real-time.ts';
import type { LaunchedInstance } from '../../src/domain/instance.ts';
import { requestsOn, startEngine, startNode, type DialectName } from '../fixtures/engines/emulated-node.ts';
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

/** Whatever its dialect tells of itself. */
const onMachine = async ({ endpoints }: LaunchedInstance): Promise<number> => {
  const { running, waiting } = (await (await fetch(`${endpoints.controlUrl}/load`)).json()) as { running: number; waiting: number };
  return running + waiting;
};

/** As a cluster of real engines is asked: by dialect, with token ids. */
const real = (dialect: DialectName) => async () => {
  const time = realTime();
  const probe = createEngineProbe({
    cluster: { engine: { kind: dialect }, model: 'llama-3.1-8b', launcher: { kind: 'attach' } },
    time,
    seed: 1,
  });
  const start = (role: 'prefill' | 'decode') => startEngine({ dialect, id: role, role });
  const [prefill, decode, gone] = await Promise.all([start('prefill'), start('decode'), start('decode')]);
  await gone.close();
  return {
    probe,
    prefill: prefill.instance,
    decode: decode.instance,
    gone: { ...gone.instance, id: 'gone' },
    time,
    finish: <T>(work: Promise<T>) => work,
    requestsOn: onMachine,
    async close() {
      await Promise.all([probe.close(), prefill.close(), decode.close()]);
    },
  };
};

engineProbeContract('SGLang, a pair', real('sglang'));
engineProbeContract('vLLM', real('vllm'));
engineProbeContract('TensorRT-LLM', real('trtllm'));

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

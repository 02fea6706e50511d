import { createEmulatedClocks } from '../../src/adapters/clocks/emulated/driver.ts';
import { processArgs } from '../../src/adapters/host/installation.ts';
import { realTime } from '../../src/adapters/host/real-time.ts';
import { createGatewayLauncher } from '../../src/adapters/launch/local/gateway-launcher.ts';
import type { GatewaySpec } from '../../src/ports/gateway-launcher.ts';
import { childrenThat } from '../fixtures/children.ts';
import { specOf, startNode } from '../fixtures/engines/emulated-node.ts';
import { derivedFit } from '../fixtures/world/derived-profile.ts';
import { cluster } from '../fixtures/world/shipped.ts';
import { gatewayLauncherContract, type GatewayLauncherSubject } from './gateway-launcher.ts';

const LEASE_TTL_MS = 1000;

const start = (processes: number) => async (): Promise<GatewayLauncherSubject> => {
  const nodes = await Promise.all([startNode('prefill'), startNode('decode')]);
  const instances = nodes.map(({ instance }) => instance);
  const clocks = createEmulatedClocks(instances, realTime());
  const spec: GatewaySpec = {
    cluster: {
      ...cluster,
      instances: cluster.instances.filter(({ id }) => instances.some((instance) => instance.id === id)),
      gateway: { host: '127.0.0.1', processes },
      control: { leaseTtlMs: LEASE_TTL_MS },
    },
    instances,
    governor: 'fixed',
    routing: 'round-robin',
    fixedMhz: { prefill: 1005, decode: 690 },
    fitted: derivedFit([specOf('prefill'), specOf('decode')]),
    seed: 1,
  };
  return {
    launcher: createGatewayLauncher({ args: processArgs('gateway') }),
    spec,
    driver: clocks.driver,
    // The control process first: it has started the others.
    pids: () => childrenThat(/processes\/gateway(-worker)?\./),
    async close() {
      await Promise.all([clocks.close(), ...nodes.map((node) => node.close())]);
    },
  };
};

gatewayLauncherContract('local process', start(1));
gatewayLauncherContract('local process with workers', start(2));

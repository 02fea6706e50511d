import { expect } from 'chai';
import type { GatewaySpec } from '../../../../src/ports/gateway-launcher.ts';
import { serve, type ServePorts } from '../../../../src/runs/serving/serve.ts';
import { VirtualTime } from '../../../fixtures/virtual-time.ts';
import { cluster as file } from '../../../fixtures/world/shipped.ts';
import { worldOf } from '../../../fixtures/world/simulated-runs.ts';
import { VirtualCluster } from '../../../fixtures/world/virtual-cluster.ts';

const world = worldOf();

const served = (openGateway: ServePorts['openGateway'], over: Partial<GatewaySpec> = {}) => {
  const time = new VirtualTime();
  const cluster = new VirtualCluster(world.specs, time);
  const spec: GatewaySpec = {
    cluster: file,
    instances: cluster.instances,
    governor: 'fixed',
    routing: 'eco',
    fixedMhz: { prefill: 1005, decode: 690 },
    fitted: world.fitted,
    seed: 1,
    ...over,
  };
  return {
    time,
    cluster,
    running: time.finish(serve(spec, { driver: cluster.driver, meter: cluster.meter, time, epoch: 'test', openGateway })),
  };
};

describe('serve', () => {
  it('governs before it listens, and closes the gateway before it gives the clocks back', async () => {
    const order: string[] = [];
    const { time, cluster, running } = served(async () => {
      order.push(`open with ${cluster.callsOf('acquire').length} leases`);
      return { url: 'http://gateway.invalid', close: async () => void order.push(`close with d0 at ${cluster.lockedMhz('d0')}`) };
    });
    const { url, close } = await running;
    expect(url).to.equal('http://gateway.invalid');
    await time.advance(1000);
    await time.finish(close());
    expect(order).to.deep.equal(['open with 4 leases', 'close with d0 at 690']);
    expect(cluster.lockedMhz('d0')).to.equal(null);
  });

  it('gives the clocks back when the gateway cannot be opened', async () => {
    const { time, cluster, running } = served(() => Promise.reject(new Error('port taken')));
    expect(await running.catch((error: unknown) => (error as Error).message)).to.equal('port taken');
    expect(cluster.callsOf('release')).to.have.length(4);
    await time.advance(100);
    expect(cluster.lockedMhz('p0')).to.equal(null);
  });

  it('refuses what it does not know before it takes a lease', async () => {
    const never = (): Promise<never> => Promise.reject(new Error('opened'));
    for (const [over, message] of [
      [{ governor: 'slow' }, 'unknown governor "slow"'],
      [{ routing: 'ecco' }, 'unknown routing policy "ecco"'],
      [{ fitted: { ...world.fitted, instances: world.fitted.instances.slice(1) } }, 'knows no instance "p0"'],
    ] as const) {
      const { cluster, running } = served(never, over);
      expect(await running.catch((error: unknown) => (error as Error).message)).to.include(message);
      expect(cluster.callsOf('acquire')).to.deep.equal([]);
    }
  });
});

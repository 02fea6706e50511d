import { ControlPlane } from '../../src/runs/serving/control-plane.ts';
import { VirtualTime } from '../fixtures/virtual-time.ts';
import { fleetControl, worldOf, type Contender } from '../fixtures/world/simulated-runs.ts';
import { VirtualCluster } from '../fixtures/world/virtual-cluster.ts';
import { dispatcherContract } from './dispatcher.ts';

const world = worldOf();

const planeOf = async (contender: Contender) => {
  const time = new VirtualTime();
  const { driver, meter, instances } = new VirtualCluster(world.specs, time);
  const dispatcher = new ControlPlane({
    fleet: fleetControl(world, contender),
    ...{ instances, driver, meter, time, ...contender },
    slo: { ttftMs: 1000, itlMs: 50 },
    holder: 'test',
    leaseTtlMs: 3000,
  });
  await time.finish(dispatcher.start());
  const idsOf = (role: string): string[] => instances.filter((one) => one.role === role).map(({ id }) => id);
  return {
    dispatcher,
    prefill: idsOf('prefill'),
    decode: idsOf('decode'),
    nowMs: () => time.nowMs(),
    pass: (durationMs: number) => time.advance(durationMs),
    close: () => time.finish(dispatcher.stop()),
  };
};

dispatcherContract('control plane, slo and eco', () => planeOf({ governor: 'slo', routing: 'eco' }));
dispatcherContract('control plane, max and round-robin', () => planeOf({ governor: 'max', routing: 'round-robin' }));

import { realTime } from '../../src/adapters/host/real-time.ts';
import { gpu, shippedSpecs } from '../fixtures/world/shipped.ts';
import { VirtualCluster } from '../fixtures/world/virtual-cluster.ts';
import { clockDriverContract } from './clock-driver.ts';

// The fixture that serving and profiling are tested on: what holds for it must hold for real drivers.
clockDriverContract('virtual cluster (fixture)', async () => {
  const cluster = new VirtualCluster(shippedSpecs(), realTime());
  return { driver: cluster.driver, domain: 'd0', settleMs: gpu.lock.settleMs[1] + 50, close: async () => cluster.close() };
});

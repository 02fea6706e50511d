import { inlinePool, threadPool } from '../../src/adapters/host/worker-pool.ts';
import { poolEntry } from '../fixtures/host/pool-entry.ts';
import { poolWork, type PoolAnswer, type PoolTask } from '../fixtures/host/pool-work.ts';
import { POOL_GROUND, workerPoolContract } from './worker-pool.ts';

workerPoolContract('in this thread', async () => inlinePool(poolWork(POOL_GROUND)));

for (const size of [1, 2])
  workerPoolContract(`threads (${size})`, async () =>
    threadPool<PoolTask, PoolAnswer>({ entry: await poolEntry(), ground: POOL_GROUND, size }),
  );

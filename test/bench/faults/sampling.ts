import { setTimeout as sleep } from 'node:timers/promises';
import { megahertz } from '../../../src/domain/units.ts';
import { cpuS, residentBytes } from '../gateway/processes.ts';
import type { Figure, figureMaker } from '../figures.ts';
import { BenchNode } from './node.ts';

const GPUS = 8;
const HZ = 10;
const LOCKS_PER_S = 4;
const WARM_S = 5;
const MIB = 1024 * 1024;
const CLOCKS_MHZ = [1005, 1200].map(megahertz);

/** What the agent itself takes while somebody watches all GPUs and changes clocks; a driver's own time is not in it. */
export async function sampling(figure: ReturnType<typeof figureMaker>, seconds: number): Promise<Figure[]> {
  const node = new BenchNode({ gpus: GPUS, smallDisk: false, readUs: 0 });
  const over = new AbortController();
  let samples = 0;
  try {
    await node.start();
    const watching = (async () => {
      for await (const readings of node.agent.watch(node.gpus.ids, HZ, over.signal)) samples += readings.length;
    })().catch(() => undefined);
    const claims = await Promise.all(
      node.gpus.ids.map((id, i) => node.agent.acquire({ domain: `d${i}`, devices: [id], holder: 'bench', ttlMs: 30_000, identity: '' })),
    );
    const renewing = setInterval(() => void Promise.all(claims.map((claim) => node.agent.renew(claim))), 2000);
    let locks = 0;
    const locking = setInterval(() => {
      const claim = claims[locks % GPUS]!;
      void node.agent.lock(claim, CLOCKS_MHZ[Math.floor(locks / GPUS) % 2]!);
      locks += 1;
    }, 1000 / LOCKS_PER_S);
    await sleep(WARM_S * 1000);
    const before = { cpuS: cpuS(node.pid), samples, locks, atMs: performance.now() };
    await sleep(seconds * 1000);
    const elapsedS = (performance.now() - before.atMs) / 1000;
    const share = (100 * (cpuS(node.pid) - before.cpuS)) / elapsedS;
    clearInterval(renewing);
    clearInterval(locking);
    over.abort();
    await watching;
    const taken = samples - before.samples;
    return [
      figure('8 GPUs at 10 Hz and 4 locks a second: share of a core', share, '%', '<= 1', taken),
      figure('readings a second', taken / elapsedS, '1/s', `>= ${0.9 * GPUS * HZ}`, taken),
      figure('locks a second', (locks - before.locks) / elapsedS, '1/s', 'none', locks),
      figure('resident memory of the agent', residentBytes(node.pid) / MIB, 'MiB', 'none', 1),
    ];
  } finally {
    over.abort();
    await node.stop();
  }
}

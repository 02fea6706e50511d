import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'undici';
import { megahertz } from '../../../src/domain/units.ts';
import { quantile } from '../../../src/statistics/quantile.ts';
import type { Figure, figureMaker } from '../figures.ts';
import { bundled } from './bundled.ts';
import { BenchNode } from './node.ts';
import { untilCalledUs } from './until-called.ts';

const ROUNDS = 4000;
const WARM = 800;
const BLOCK = 100;
const US_PER_MS = 1000;
const CLOCKS_MHZ = [1005, 1200].map(megahertz);
const BODY = JSON.stringify({ domain: 'd', token: 1000001, key: 'x'.repeat(32), clockMhz: 1005 });

/** A lock through the agent's socket beside a bare echo over another, in turn and with the same load. */
export async function socket(figure: ReturnType<typeof figureMaker>): Promise<Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'voltana-echo-'));
  const path = join(folder, 'echo.sock');
  const echo = spawn(process.execPath, [await bundled('echo'), path], { stdio: ['ignore', 'pipe', 'inherit'] });
  await new Promise((resolve) => echo.stdout.once('data', resolve));
  const client = new Client('http://localhost', { socketPath: path });
  const node = new BenchNode({ gpus: 1, smallDisk: false, settingUs: 0, readUs: 0, settings: { bounds: { maxSlowdownsPerS: 1000 } } });
  const times = { echo: [] as number[], call: [] as number[], lock: [] as number[], renew: [] as number[] };
  try {
    await node.start();
    const claim = await node.agent.acquire({ domain: 'd', devices: ['0'], holder: 'bench', ttlMs: 30_000, identity: '' });
    const works = {
      echo: async () => {
        const answer = await client.request({ path: '/', method: 'POST', body: BODY, headers: { 'content-type': 'application/json' } });
        await answer.body.json();
      },
      lock: (i: number) => node.agent.lock(claim, CLOCKS_MHZ[i % 2]!),
      renew: () => node.agent.renew(claim),
    };
    const called = async (i: number, counts: boolean): Promise<void> => {
      const us = await untilCalledUs(node.gpus, () => works.lock(i));
      if (counts) times.call.push(us);
    };
    for (let block = 0; block < ROUNDS / BLOCK; block++) {
      for (let i = 0; i < BLOCK; i++) await called(i, block * BLOCK >= WARM);
      for (const [name, work] of Object.entries(works)) {
        for (let i = 0; i < BLOCK; i++) {
          const startedMs = performance.now();
          await work(i);
          if (block * BLOCK >= WARM) times[name as keyof typeof times].push((performance.now() - startedMs) * US_PER_MS);
        }
      }
    }
  } finally {
    await client.close();
    echo.kill();
    await node.stop();
    rmSync(folder, { recursive: true, force: true });
  }
  const n = times.echo.length;
  const at = (name: keyof typeof times, p: number): number => quantile(times[name], p)!;
  return [
    figure('bare echo over a Unix socket: median', at('echo', 0.5), 'us', 'none', n),
    figure('bare echo over a Unix socket: p99', at('echo', 0.99), 'us', 'none', n),
    figure('decision to NVML call through the agent: median', at('call', 0.5), 'us', 'none', times.call.length),
    figure('decision to NVML call through the agent: p99', at('call', 0.99), 'us', 'none', times.call.length),
    figure(
      'decision to NVML call through the agent over the echo: p99',
      at('call', 0.99) / at('echo', 0.99),
      'times',
      '<= 1.5',
      times.call.length,
    ),
    figure('lock, read back, through the agent: median', at('lock', 0.5), 'us', 'none', n),
    figure('lock, read back, through the agent: p99', at('lock', 0.99), 'us', 'none', n),
    figure('lock, read back, through the agent over the echo: p99', at('lock', 0.99) / at('echo', 0.99), 'times', 'none', n),
    figure('renewal through the agent over the echo: p99', at('renew', 0.99) / at('echo', 0.99), 'times', 'none', n),
  ];
}

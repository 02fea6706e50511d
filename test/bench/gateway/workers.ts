import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { realTime } from '../../../src/adapters/host/real-time.ts';
import { createStreamLoad } from '../../../src/adapters/load/stream/stream-load.ts';
import type { RunRecord } from '../../../src/domain/run-record.ts';
import { killTree, ROOT } from '../../fixtures/demo.ts';
import { startServe } from '../../fixtures/served.ts';
import { demoSchedule } from '../../fixtures/world/simulated-runs.ts';
import type { Figure } from '../figures.ts';
import { Rounds } from './bench.ts';
import type { Part } from './chunks.ts';

const CLUSTER = join(ROOT, 'profiles', 'clusters', 'emulated-2p2d-a100-llama-3.1-8b.yaml');
const FITTED = 'a100-llama-3.1-8b-emulated';
const MODEL = 'llama-3.1-8b';
const DRAIN_MS = 60_000;
const PROCESSES = [1, 2];
const nameOf = (processes: number): string => `${processes} processes`;

/** Serves one schedule on a fresh cluster and reads what the gateway wrote down of it. */
const recordOf = async (folder: string, processes: number, seed: number): Promise<RunRecord> => {
  const file = join(folder, `${processes}.yaml`);
  writeFileSync(file, readFileSync(CLUSTER, 'utf8').replace(/^gateway:\n/m, `gateway:\n  processes: ${processes}\n`));
  const served = await startServe(['--cluster', file, '--fitted', FITTED, '--json']);
  try {
    const load = createStreamLoad({ url: served.url, model: MODEL, time: realTime(), api: 'openai-completions' });
    await load.run(demoSchedule(seed), { drainMs: DRAIN_MS, signal: new AbortController().signal });
    process.kill(-served.pid, 'SIGINT');
    await served.ended;
    return JSON.parse(served.stdout()) as RunRecord;
  } finally {
    killTree(served.pid);
  }
};

/** What routing and clocks make of the same requests when several processes take them, beside one process, in real time. */
export const workers = async ({ rounds, figure, say }: Part): Promise<Figure[]> => {
  const folder = mkdtempSync(join(tmpdir(), 'voltana-workers-'));
  const seen = new Rounds();
  let notCompleted = 0;
  try {
    for (let round = 0; round < rounds; round++) {
      for (const processes of round % 2 === 0 ? PROCESSES : [...PROCESSES].reverse()) {
        const { requests, joulesPerOutputToken, sloAttainment, ttftMs } = await recordOf(folder, processes, round + 1);
        notCompleted += requests.offered - requests.completed;
        const name = nameOf(processes);
        seen.add(name, 'joules', joulesPerOutputToken!);
        seen.add(name, 'joint', sloAttainment.joint!);
        say(
          `${name}, seed ${round + 1}: ${joulesPerOutputToken!.toFixed(4)} J/token, joint ${sloAttainment.joint!.toFixed(3)}, TTFT p95 ${ttftMs.p95?.toFixed(0)} ms`,
        );
      }
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  const [one, two] = PROCESSES.map(nameOf) as [string, string];
  return [
    figure('workers_energy_change_pct', 100 * Math.abs(seen.ratio(two, one, 'joules') - 1), '%', '<= 2', rounds),
    figure('workers_joint_change_points', 100 * (seen.median(two, 'joint') - seen.median(one, 'joint')), 'points', '>= -2', rounds),
    figure('workers_requests_not_completed', notCompleted, 'requests', '<= 0', rounds),
  ];
};

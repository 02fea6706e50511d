import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { parse, stringify } from 'yaml';
import type { ClusterFile } from '../../../src/domain/cluster.ts';
import type { Comparison, RunRecord } from '../../../src/domain/run-record.ts';
import { BASELINE, demoSchedule, serve, worldOf } from '../../fixtures/world/simulated-runs.ts';
import { clusterText, gpu } from '../../fixtures/world/shipped.ts';

const START = new URL('../../../bin/run.js', import.meta.url).pathname;
const SEED = 1;

/** The shipped cluster at its top clock alone: profiled in seconds, and any governor is `max`. */
function pinnedCluster(folder: string): string {
  const cluster = parse(clusterText) as ClusterFile;
  const { maxMhz } = gpu.clock;
  const file = join(folder, 'pinned.yaml');
  writeFileSync(file, stringify({ ...cluster, control: { ...cluster.control, minClockMhz: maxMhz, maxClockMhz: maxMhz } }));
  return file;
}

/** Served twice by real processes, over HTTP. */
async function emulated(): Promise<readonly RunRecord[]> {
  const folder = mkdtempSync(join(tmpdir(), 'voltana-agreement-'));
  const output = join(folder, 'comparison.json');
  const routing = ['--routing', 'least-requests', '--baseline-routing', 'least-requests'];
  const args = [
    'demo',
    '--cluster',
    pinnedCluster(folder),
    '--seed',
    String(SEED),
    '--governor',
    'max',
    ...routing,
    '--no-tui',
    '--output',
    output,
  ];
  try {
    // Which of two equal runs a comparison prefers is of no interest here.
    await execa(process.execPath, [START, ...args], { reject: false });
    const { baseline, candidate } = JSON.parse(readFileSync(output, 'utf8')) as Comparison;
    return [baseline, candidate];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export interface Agreement {
  readonly energyPct: number;
  readonly gapP50Pct: number;
  readonly ttftP90Pct: number;
  readonly requests: number;
}

const offPct = (one: number, other: number): number => 100 * Math.abs(one / other - 1);
const worst = (values: readonly number[]): number => Math.max(...values);

/** How far the simulator is from the same cluster as processes: workload, personalities and policies are the same. */
export async function agreement(): Promise<Agreement> {
  const schedule = demoSchedule(SEED);
  const simulated = serve(worldOf(), BASELINE, schedule);
  const runs = await emulated();
  const of = (figure: (run: RunRecord) => number): number => worst(runs.map((run) => offPct(figure(simulated), figure(run))));
  return {
    energyPct: of(({ energyJ }) => energyJ!.total),
    gapP50Pct: of(({ itlMs }) => itlMs.p50!),
    ttftP90Pct: of(({ ttftMs }) => ttftMs.p90!),
    requests: schedule.length,
  };
}

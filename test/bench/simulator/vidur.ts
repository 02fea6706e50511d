import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { emulatedDevice } from '../../../src/emulation/device.ts';
import { kvCapacityTokens } from '../../../src/prediction/analytic/device.ts';
import { estimateIteration } from '../../../src/prediction/analytic/estimate.ts';
import { decodeWork } from '../../../src/prediction/analytic/work.ts';
import { seededRequests } from '../../../src/workload/seeded-schedule.ts';
import { specsOf } from '../../fixtures/world/carded.ts';
import { workload } from '../../fixtures/world/shipped.ts';

export interface VidurRun {
  readonly wallS: number;
  readonly cpuS: number;
  readonly simulatedS: number;
}

const SCRIPT = new URL('vidur_run.py', import.meta.url).pathname;
/** Of one with it installed (`pip install vidur` in an environment of its own), outside of this checkout. */
const PYTHON = process.env['VOLTANA_VIDUR_PYTHON'] ?? 'python3';

export const hasVidur = async (): Promise<boolean> => {
  const { exitCode } = await execa(PYTHON, ['-c', 'import vidur'], { reject: false });
  return exitCode === 0;
};

/** A decode iteration as a line through three of the model's answers: what an iteration costs, and each token, and each KV token. */
function linearTimes(): readonly [baseMs: number, msPerToken: number, msPerKvToken: number] {
  const device = emulatedDevice(specsOf(1, 1)[0]!);
  const ms = (batch: number, kvTokens: number): number =>
    estimateIteration(device, decodeWork(batch, kvTokens), device.gpu.clock.maxMhz).latencyMs;
  const msPerKvToken = (ms(64, 128_000) - ms(64, 64_000)) / 64_000;
  // A prompt's tokens cost about as much each as those of a batch beyond what the weights' own reading takes.
  const msPerToken = (ms(512, 0) - ms(256, 0)) / 256;
  return [ms(1, 0), msPerToken, msPerKvToken];
}

/** The same requests on as many GPUs, prefill and decode together on each: it knows no other way. */
export async function vidurRun(requests: number, ratePerS: number, replicas: number): Promise<VidurRun> {
  const folder = mkdtempSync(join(tmpdir(), 'voltana-vidur-'));
  const trace = join(folder, 'trace.csv');
  const rows = seededRequests({ card: workload('azure-conv-2023'), ratePerS, burstiness: 1, seed: 1, extent: { requests } });
  const lines = [...rows].map(({ arrivalMs, promptTokens, maxTokens }) => `${arrivalMs / 1000},${promptTokens},${maxTokens}`);
  const { gpu, model, engine } = specsOf(1, 1)[0]!;
  try {
    writeFileSync(trace, `${lines.join('\n')}\n`);
    const numbers = [replicas, ...linearTimes(), kvCapacityTokens(gpu, model, engine, 1)];
    const { stdout } = await execa(PYTHON, [SCRIPT, trace, ...numbers.map(String)], { cwd: folder });
    return JSON.parse(stdout.trim().split('\n').at(-1)!) as VidurRun;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

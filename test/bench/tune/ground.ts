import { createHash } from 'node:crypto';
import { threadEntry } from '../../../src/adapters/host/installation.ts';
import { threadPool } from '../../../src/adapters/host/worker-pool.ts';
import { planTuning, type TunePlan, type TuneRequest } from '../../../src/compose/tuning.ts';
import type { Evaluation } from '../../../src/domain/tuning.ts';
import { canServeOn } from '../../../src/runs/tuning/can-serve.ts';
import { assertFound, type Found } from '../../../src/runs/tuning/document.ts';
import { Driver } from '../../../src/runs/tuning/drive.ts';
import { searchConfigurations } from '../../../src/tuning/search/index.ts';
import type { Asking, EvaluationTask } from '../../../src/tuning/types.ts';
import type { figureMaker } from '../figures.ts';

/** What every part of the benchmark shares. */
export interface Context {
  readonly figure: ReturnType<typeof figureMaker>;
  readonly quick: boolean;
  readonly workers: number;
}

const digest = (text: string): string => createHash('sha256').update(text).digest('hex');

/** The command's own plan, pool and driver, without a journal. */
export interface Session {
  readonly plan: TunePlan;
  drive<T>(asking: Asking<T>): Promise<T>;
}

/** Threads are ended whatever comes. */
export async function session<T>({ workers }: Context, request: TuneRequest, run: (session: Session) => Promise<T>): Promise<T> {
  const plan = await planTuning(request);
  const pool = threadPool<EvaluationTask, Evaluation>({ entry: threadEntry('tuning-worker'), ground: plan.ground, size: workers });
  const listener = { batch: (): void => undefined, done: (): void => undefined };
  const signal = new AbortController().signal;
  const driver = new Driver({ pool, digest, journal: null, known: new Map(), listener, signal });
  try {
    return await run({ plan, drive: (asking) => driver.drive(asking) });
  } finally {
    await pool.close();
  }
}

export interface Searched {
  readonly outcome: Found;
  readonly wallS: number;
  /** Of all threads of this process: what an idle machine would have taken, times its threads. */
  readonly cpuS: number;
}

/** @throws VoltanaError where nothing keeps the promises */
export async function search({ plan, drive }: Session): Promise<Searched> {
  const startMs = performance.now();
  const startCpu = process.cpuUsage();
  const outcome = await drive(searchConfigurations(plan.space, { ...plan, canServe: canServeOn(plan.ground) }));
  assertFound(outcome, plan);
  const { user, system } = process.cpuUsage(startCpu);
  return { outcome, wallS: (performance.now() - startMs) / 1000, cpuS: (user + system) / 1e6 };
}

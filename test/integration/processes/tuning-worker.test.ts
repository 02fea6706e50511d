import { spawnSync } from 'node:child_process';
import { expect } from 'chai';
import { threadPool } from '../../../src/adapters/host/worker-pool.ts';
import type { Evaluation } from '../../../src/domain/tuning.ts';
import { evaluate } from '../../../src/runs/tuning/evaluate.ts';
import type { EvaluationTask } from '../../../src/tuning/types.ts';
import { poolEntry } from '../../fixtures/host/pool-entry.ts';
import { ourError } from '../../fixtures/rejected.ts';
import { groundOf, taskOf } from '../../fixtures/tuning/ground.ts';

const WORKER = '../../../src/processes/tuning-worker.ts';

describe('the worker of a search', function () {
  this.timeout(30_000);

  it('evaluates as this thread does, in whichever thread, and refuses as this thread does', async () => {
    const ground = await groundOf();
    const tasks = [1, 2].flatMap((seed) => [taskOf({ fidelity: { seed } }), taskOf({ fidelity: { seed }, choice: { maxClockMhz: 1200 } })]);
    const entry = await poolEntry(WORKER);
    const pool = threadPool<EvaluationTask, Evaluation>({ entry, ground, size: 2 });
    try {
      const found = await Promise.all(tasks.map((task) => pool.run(task)));
      expect(found).to.deep.equal(tasks.map((task) => evaluate(ground, task)));
      const refusal = await ourError(pool.run(taskOf({ choice: { variant: 'none' } })));
      expect([refusal.code, refusal.hint]).to.deep.equal(['UNKNOWN_ID', 'There are: card, fit.']);
    } finally {
      await pool.close();
    }
  });

  it('is nothing to be started by hand', async () => {
    const { status, stderr } = spawnSync(process.execPath, [(await poolEntry(WORKER)).file], { encoding: 'utf8' });
    expect([status, stderr.includes('voltana tune')]).to.deep.equal([2, true]);
  });
});

import { getEventListeners } from 'node:events';
import { expect } from 'chai';
import { VoltanaError } from '../../src/domain/errors.ts';
import type { WorkerPool } from '../../src/ports/worker-pool.ts';
import type { PoolAnswer, PoolTask } from '../fixtures/host/pool-work.ts';
import { ourError, rejected } from '../fixtures/rejected.ts';

/** Runs `poolWork` on this ground. */
export const POOL_GROUND = 100;

const add = (number: number): PoolTask => ({ kind: 'add', number });

/** Every WorkerPool passes this. */
export const workerPoolContract = (name: string, start: () => Promise<WorkerPool<PoolTask, PoolAnswer>>): void => {
  describe(`worker pool contract: ${name}`, () => {
    let pool: WorkerPool<PoolTask, PoolAnswer>;
    beforeEach(async () => void (pool = await start()));
    afterEach(() => pool.close());

    it('answers each task with its own result, however many are asked for at once', async () => {
      const answers = await Promise.all(Array.from({ length: 40 }, (_, i) => pool.run(add(i))));
      expect(answers.map(({ sum }) => sum)).to.deep.equal(Array.from({ length: 40 }, (_, i) => POOL_GROUND + i));
      expect(new Set(answers.map(({ thread }) => thread)).size).to.be.at.most(pool.size);
      expect(pool.size).to.be.at.least(1);
    });

    it('keeps what a worker remembers from one task to the next', async () => {
      const answers: PoolAnswer[] = [];
      for (let i = 0; i <= pool.size; i++) answers.push(await pool.run(add(i)));
      expect(answers.some(({ before }) => before > 0)).to.equal(true);
    });

    it('throws what a task threw, and goes on', async () => {
      const ours = await ourError(pool.run({ kind: 'refuse' }));
      expect([ours.code, ours.message, ours.hint, ours.name]).to.deep.equal([
        'DOES_NOT_FIT',
        'no room for 3 sheep',
        'Take 2.',
        'VoltanaError',
      ]);
      const theirs = (await rejected(pool.run({ kind: 'throw' }))) as Error;
      expect(theirs).to.be.instanceOf(Error).and.not.instanceOf(VoltanaError);
      expect([theirs.name, theirs.message]).to.deep.equal(['RangeError', 'beyond the fence']);
      expect(String(await rejected(pool.run({ kind: 'throw-text' })))).to.include('a text');
      expect((await pool.run(add(1))).sum).to.equal(POOL_GROUND + 1);
    });

    it('runs nothing under a signal that is aborted, and throws its reason', async () => {
      const reason = new VoltanaError('INTERRUPTED', 'enough');
      expect(await rejected(pool.run(add(1), AbortSignal.abort(reason)))).to.equal(reason);
      expect((await pool.run(add(1))).sum).to.equal(POOL_GROUND + 1);
    });

    it('lets go of tasks that wait when their signal is aborted, and of no others', async () => {
      const ends = new AbortController();
      const reason = new Error('changed my mind');
      const others = Array.from({ length: 4 }, (_, i) => pool.run(add(i)));
      const mine = Array.from({ length: 4 * pool.size }, (_, i) => rejected(pool.run(add(i), ends.signal)));
      ends.abort(reason);
      expect(new Set(await Promise.all(mine))).to.deep.equal(new Set([reason]));
      expect((await Promise.all(others)).map(({ sum }) => sum - POOL_GROUND)).to.deep.equal([0, 1, 2, 3]);
    });

    it('leaves no listener on a signal', async () => {
      const { signal } = new AbortController();
      await Promise.all(Array.from({ length: 8 }, (_, i) => pool.run(add(i), signal)));
      await rejected(pool.run({ kind: 'refuse' }, signal));
      expect(getEventListeners(signal, 'abort')).to.have.length(0);
    });

    it('can be closed twice; whatever waits or comes later is refused', async () => {
      const waiting = Array.from({ length: 3 * pool.size }, (_, i) => pool.run(add(i)).catch((error: unknown) => error));
      await Promise.all([pool.close(), pool.close()]);
      const ends = await Promise.all(waiting);
      expect(ends.every((end) => end instanceof VoltanaError || (end as PoolAnswer).sum >= POOL_GROUND)).to.equal(true);
      expect((await ourError(pool.run(add(1)))).message).to.include('closed');
    });
  });
};

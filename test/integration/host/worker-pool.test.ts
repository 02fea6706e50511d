import { expect } from 'chai';
import { coreCount, threadPool } from '../../../src/adapters/host/worker-pool.ts';
import type { WorkerPool } from '../../../src/ports/worker-pool.ts';
import { poolEntry } from '../../fixtures/host/pool-entry.ts';
import type { PoolAnswer, PoolTask } from '../../fixtures/host/pool-work.ts';
import { ourError, rejected } from '../../fixtures/rejected.ts';

/** Threads that this process waits for: each has a port that hears of its end. */
const waitedFor = (): number => process.getActiveResourcesInfo().filter((name) => name === 'MessagePort').length;

describe('threads of a worker pool', function () {
  this.timeout(20_000);
  let pool: WorkerPool<PoolTask, PoolAnswer>;
  const start = async (size?: number): Promise<void> => {
    pool = threadPool({ entry: await poolEntry(), ground: 0, ...(size !== undefined && { size }) });
  };
  afterEach(() => pool.close());

  it('are as many as there are cores', async () => {
    await start();
    expect(pool.size).to.equal(coreCount());
    const answers = await Promise.all(Array.from({ length: 4 * pool.size }, (_, i) => pool.run({ kind: 'add', number: i })));
    expect(
      answers.every(({ thread }) => thread > 0),
      'none of it in this thread',
    ).to.equal(true);
  });

  it('end what never ends by itself when its signal is aborted, and others take its place', async () => {
    await start(1);
    const { thread } = await pool.run({ kind: 'where' });
    const ends = new AbortController();
    const spinning = rejected(pool.run({ kind: 'spin' }, ends.signal));
    const reason = new Error('enough');
    ends.abort(reason);
    expect(await spinning).to.equal(reason);
    const after = await pool.run({ kind: 'add', number: 5 });
    expect([after.sum, after.thread === thread]).to.deep.equal([5, false]);
  });

  it('are closed in the middle of their work, and none is left', async () => {
    const before = waitedFor();
    await start(2);
    await pool.run({ kind: 'where' });
    const spinning = [pool.run({ kind: 'spin' }), pool.run({ kind: 'spin' }), pool.run({ kind: 'where' })].map(ourError);
    expect(waitedFor()).to.be.above(before);
    await pool.close();
    expect(waitedFor()).to.be.at.most(before);
    expect((await Promise.all(spinning)).map(({ code }) => code)).to.deep.equal(['BUG', 'BUG', 'BUG']);
  });

  it('that exit are told of: whoever waits hears it, and nothing is left waiting', async () => {
    await start(1);
    const [exiting, waiting] = [ourError(pool.run({ kind: 'exit' })), ourError(pool.run({ kind: 'where' }))];
    const { code, message } = await exiting;
    expect(code).to.equal('BUG');
    expect(message).to.include('exited with 7');
    expect((await waiting).message).to.equal(message);
    expect((await ourError(pool.run({ kind: 'where' }))).message).to.equal(message);
  });

  it('that cannot begin are told of, with what is wrong', async () => {
    pool = threadPool({ entry: { file: '/nowhere/thread.mjs', execArgv: [] }, ground: 0, size: 1 });
    const { code, message } = await ourError(pool.run({ kind: 'where' }));
    expect(code).to.equal('BUG');
    expect(message).to.include('/nowhere/thread.mjs');
  });
});

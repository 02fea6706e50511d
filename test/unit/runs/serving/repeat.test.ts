import { expect } from 'chai';
import { repeat } from '../../../../src/runs/serving/repeat.ts';
import { VirtualTime } from '../../../fixtures/virtual-time.ts';

describe('repeat', () => {
  it('calls at its pace until stopped, the first time after one period', async () => {
    const time = new VirtualTime();
    const atMs: number[] = [];
    const stop = repeat(time, 100, () => void atMs.push(time.nowMs()));
    await time.advance(350);
    expect(atMs).to.deep.equal([100, 200, 300]);
    await stop();
    await time.advance(1000);
    expect(atMs).to.have.length(3);
    expect(time.armed).to.equal(0);
  });

  it('never overlaps: a turn that takes longer than the period delays the next, and none is made up for', async () => {
    const time = new VirtualTime();
    const spans: [number, number][] = [];
    const stop = repeat(time, 100, async () => {
      const startMs = time.nowMs();
      await time.sleep(250);
      spans.push([startMs, time.nowMs()]);
    });
    await time.advance(1100);
    expect(spans).to.deep.equal([
      [100, 350],
      [450, 700],
      [800, 1050],
    ]);
    await time.finish(stop());
  });

  it('goes on after a turn that fails, thrown or rejected', async () => {
    const time = new VirtualTime();
    let turns = 0;
    const stop = repeat(time, 10, () => {
      turns++;
      if (turns === 1) throw new Error('thrown');
      return Promise.reject(new Error('rejected'));
    });
    await time.advance(35);
    expect(turns).to.equal(3);
    await stop();
  });

  it('stop waits for the turn under way and starts no other', async () => {
    const time = new VirtualTime();
    const events: string[] = [];
    const stop = repeat(time, 100, async () => {
      events.push('begin');
      await time.sleep(50);
      events.push('end');
    });
    await time.advance(110);
    await time.finish(stop().then(() => events.push('stopped')));
    await time.advance(1000);
    expect(events).to.deep.equal(['begin', 'end', 'stopped']);
  });
});

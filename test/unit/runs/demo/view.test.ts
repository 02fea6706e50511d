import { expect } from 'chai';
import type { ScreenState } from '../../../../src/domain/screen.ts';
import type { DemoOptions } from '../../../../src/runs/demo/options.ts';
import { plainDemoView, screenDemoView } from '../../../../src/runs/demo/view.ts';
import { VirtualTime } from '../../../fixtures/virtual-time.ts';

const options = {
  cluster: {
    name: 'c',
    slo: { ttftMs: 1000, itlMs: 50 },
    instances: [
      { id: 'p0', role: 'prefill', gpus: ['g0'] },
      { id: 'd0', role: 'decode', gpus: ['g1'] },
    ],
  },
  gpu: { id: 'a100' },
  model: { id: 'llama' },
  workload: 'azure-conv-2023',
  ratePerS: 8,
  seed: 3,
  schedule: [{ arrivalMs: 0 }, { arrivalMs: 5000 }],
  baseline: { governor: 'max', routing: 'least-requests', fixedMhz: null },
  candidate: { governor: 'slo', routing: 'eco', fixedMhz: null },
} as unknown as DemoOptions;

const setUp = () => {
  const time = new VirtualTime();
  const lines: string[] = [];
  const shown: ScreenState[] = [];
  const closed: ScreenState[] = [];
  let opened = 0;
  let fail = (_error: Error): void => undefined;
  const open = () => {
    opened++;
    return {
      show: (state: ScreenState) => void shown.push(state),
      close: async (last: ScreenState) => void closed.push(last),
      failed: new Promise<Error>((resolve) => (fail = resolve)),
    };
  };
  const view = screenDemoView(options, { open, time, say: (line) => void lines.push(line) });
  return { time, lines, shown, closed, view, opened: () => opened, fail: (error: Error) => fail(error) };
};

describe('demo view', () => {
  it('in lines: one per phase, and nothing to close', async () => {
    const lines: string[] = [];
    const view = plainDemoView(options, (line) => void lines.push(line));
    view.listener.started?.([], 1);
    view.listener.serving?.('baseline', options.baseline);
    await view.close('done');
    expect(lines.map((line) => line.split(':')[0])).to.deep.equal(['cluster', 'baseline']);
    expect(view.listener, 'nobody needs to look at the gateway').not.to.have.property('observed');
  });

  it('on the screen: opened a moment after the beginning, fed at most four times a second, whatever happens', async () => {
    const { time, shown, view, opened, lines } = setUp();
    expect(opened()).to.equal(0);
    for (let i = 0; i < 1000; i++) view.listener.progress?.('baseline', { sent: i, ended: i });
    await time.advance(2000);
    expect(opened()).to.equal(1);
    expect(shown.length).to.be.within(6, 8);
    expect(shown.at(-1)).to.deep.include({
      title: 'voltana demo: llama on a100, seed 3',
      evidence: 'emulated: modelled joules; 2 requests of azure-conv-2023 at 8/s',
      elapsedS: 2,
    });
    view.listener.started?.([], 1);
    expect(lines, 'no lines beside the screen').to.deep.equal([]);
    await time.finish(view.close('done'));
    expect(time.armed).to.equal(0);
  });

  it('closes with what was reached', async () => {
    const { time, view, closed } = setUp();
    view.listener.started?.([], 1);
    await time.advance(300);
    await time.finish(view.close('stopped'));
    expect(closed).to.have.length(1);
    expect(closed[0]!.phases.map(({ status }) => status)).to.deep.equal(['done', 'stopped', 'waiting', 'waiting', 'waiting']);
  });

  it('a demo that fails at once never opens a screen', async () => {
    const { time, view, opened, closed } = setUp();
    await time.finish(view.close('stopped'));
    await time.advance(2000);
    expect([opened(), closed.length]).to.deep.equal([0, 0]);
  });

  it('a screen that fails is replaced by lines, those of the phases before it first', async () => {
    const { time, view, shown, closed, lines, fail, opened } = setUp();
    view.listener.started?.([], 1);
    await time.advance(600);
    fail(new Error('the screen was ended by SIGKILL'));
    await time.advance(0);
    const before = shown.length;
    view.listener.serving?.('baseline', options.baseline);
    await time.advance(2000);
    expect(lines.map((line) => line.split(':')[0])).to.deep.equal([
      'the screen was ended by SIGKILL; the demo goes on, in lines',
      'cluster',
      'baseline',
    ]);
    expect([shown.length, opened()]).to.deep.equal([before, 1]);
    await time.finish(view.close('done'));
    expect(closed).to.deep.equal([]);
  });
});

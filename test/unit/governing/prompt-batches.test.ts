import { expect } from 'chai';
import { promptBatches } from '../../../src/governing/prompt-batches.ts';
import { prefillLoad } from '../../fixtures/world/loads.ts';

const waiting = [400, 300, 900, 100, 5000, 1].map((promptTokens, i) => ({ arrivalMs: 10 * i, promptTokens }));

describe('a prefill queue as iterations', () => {
  it('is what runs, and then whole prompts in order as they fit in a chunk', () => {
    expect(promptBatches(prefillLoad({ waiting, running: 2 }), 1000)).to.deep.equal([
      { prompts: 2, tokens: 700, oldestMs: 0 },
      { prompts: 2, tokens: 1000, oldestMs: 20 },
      { prompts: 1, tokens: 5000, oldestMs: 40 },
      { prompts: 1, tokens: 1, oldestMs: 50 },
    ]);
  });

  it('never splits what runs, however much it is', () => {
    expect(promptBatches(prefillLoad({ waiting, running: 6 }), 1000)).to.deep.equal([{ prompts: 6, tokens: 6701, oldestMs: 0 }]);
  });

  it('starts with a chunk when nothing runs, and looks no further than it is asked to', () => {
    expect(promptBatches(prefillLoad({ waiting, running: 0 }), 1000, 2)).to.deep.equal([
      { prompts: 2, tokens: 700, oldestMs: 0 },
      { prompts: 2, tokens: 1000, oldestMs: 20 },
    ]);
    expect(promptBatches(prefillLoad(), 1000)).to.deep.equal([]);
  });

  it('takes the oldest arrival of an iteration, in whatever order they were sent', () => {
    const mixed = [5, 3, 4].map((arrivalMs) => ({ arrivalMs, promptTokens: 1 }));
    expect(promptBatches(prefillLoad({ waiting: mixed, running: 3 }), 1000)[0]!.oldestMs).to.equal(3);
  });
});

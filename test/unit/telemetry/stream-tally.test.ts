import { expect } from 'chai';
import { StreamTally } from '../../../src/telemetry/stream-tally.ts';
import { completed } from '../../fixtures/outcomes.ts';

const one = completed({ id: 'r1', intendedMs: 0, ttftMs: 100, gapMs: 30, tokens: 5 });

describe('what came over the wire', () => {
  it('tells gaps between tokens from gaps between chunks by the tokens that the server told', () => {
    const tally = new StreamTally();
    tally.add({ ...one, outputTokens: 10, chunkTokens: [1, 3, 3, 3, 0] });
    const { tokenGapMs, tokensPerChunk, chunks, countedBy } = tally.figures();
    expect([tokenGapMs.n, tokenGapMs.mean, chunks, tokensPerChunk]).to.deep.equal([9, 10, 5, 2]);
    expect(countedBy).to.deep.equal({ usage: 0, chunks: 1, assumed: 0 });
  });

  it('spreads the tokens that usage counted over the chunks where no chunk told', () => {
    const tally = new StreamTally();
    tally.add({ ...one, outputTokens: 9, usage: true });
    expect(tally.figures().tokenGapMs.p50).to.equal(15);
    expect(tally.figures().countedBy.usage).to.equal(1);
    const uneven = new StreamTally();
    uneven.add({ ...one, outputTokens: 10, usage: true });
    expect(uneven.figures().tokenGapMs.n, 'whole tokens, as a schema asks for').to.equal(9);
  });

  it('counts lateness of all, and nothing of an answer that never began', () => {
    const tally = new StreamTally();
    tally.add({ ...one, status: 'failed', firstTokenMs: null, endMs: null, gapsMs: [], sentMs: 40 });
    expect(tally.figures()).to.deep.include({ chunks: 0, tokensPerChunk: null });
    expect(tally.lateness().counts.reduce((sum, n) => sum + n, 0)).to.equal(1);
  });
});

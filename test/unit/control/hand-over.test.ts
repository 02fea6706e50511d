import { expect } from 'chai';
import { HandOver } from '../../../src/control/hand-over.ts';

/** Iterations of prompts between 300 and 3700 tokens at three clocks, whose hand-over takes 3 ms and 8 ms a thousand tokens. */
function taught(error: number): { readonly handOver: HandOver; readonly offPct: number } {
  const handOver = new HandOver();
  let [beforeTokens, off, count] = [0, 0, 0];
  for (let i = 0; i < 300; i++) {
    const tokens = 300 + ((i * 997) % 3400);
    const predictedMs = (10 + tokens / 12) * [1, 1.4, 2][i % 3]!;
    const followed = i % 4 === 3;
    const handedTokens = tokens - (followed ? beforeTokens : 0);
    const heldMs = (followed ? 0 : 3) + (8 * handedTokens) / 1000;
    const latencyMs = predictedMs * error + heldMs;
    const iteration = { prompts: 1, tokens, clockMhz: 1005, latencyMs, followed, handedTokens, atMs: 300 * i };
    const told = handOver.heldMs(iteration, predictedMs);
    beforeTokens = tokens;
    if (i < 100) continue;
    off += Math.abs((latencyMs - told) / (predictedMs * error) - 1);
    count++;
  }
  return { handOver, offPct: (100 * off) / count };
}

describe('what a hand-over adds to a prefill', () => {
  for (const error of [0.9, 1, 1.1])
    it(`is told apart from computing that takes ${error} times as long as predicted`, () => {
      const { handOver, offPct } = taught(error);
      expect(offPct).to.be.below(1);
      expect(handOver.learnt.perThousandMs).to.be.closeTo(8, 1.5);
    });
});

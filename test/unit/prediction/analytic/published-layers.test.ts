import { existsSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import { iterationTime } from '../../../../src/prediction/analytic/latency.ts';
import { deviceOf } from '../../../fixtures/devices.ts';

const TABLE = new URL('../../../../../shared/data/a100_llama3_8b_linear_layers.csv', import.meta.url);
const LAYERS = 32;

interface Row {
  readonly tokens: number;
  readonly ms: number;
}

/** Per layer: embedding, then nine operators, tokens and GPUs. The embedding runs once and is not modelled. */
const readRows = (): Row[] =>
  readFileSync(TABLE, 'utf8')
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(',').map(Number))
    .filter((columns) => columns[11] === 1)
    .map((columns) => ({ tokens: columns[10]!, ms: LAYERS * columns.slice(1, 10).reduce((sum, ms) => sum + ms, 0) }));

describe('the model beside published linear layers of Llama-3-8B on A100 (skipped where ../shared/data is missing)', () => {
  // No head and no host: the table holds neither.
  const noTime = { prefill: 0, decode: 0 };
  const device = deviceOf({ model: { vocab: 0 }, engine: { hostMs: noTime, launchMs: noTime } });
  const modelledMs = (newTokens: number): number =>
    iterationTime(device, { phase: 'prefill', sequences: 1, newTokens, attendedPairs: 0, kvTokens: 0 }, 1410).totalMs;

  before(function () {
    if (!existsSync(TABLE)) this.skip();
  });

  it('is 3 % off in the mean and 16 % at worst, from 1 to 8192 tokens', () => {
    const errors = readRows().map(({ tokens, ms }) => Math.abs(modelledMs(tokens) / ms - 1));
    expect(errors.length).to.be.above(150);
    expect(errors.reduce((sum, error) => sum + error, 0) / errors.length).to.be.below(0.03);
    expect(Math.max(...errors)).to.be.below(0.16);
  });

  it('has the steps at 128, 256 and 384 tokens where the table has them', () => {
    const rows = new Map(readRows().map(({ tokens, ms }) => [tokens, ms]));
    for (const edge of [128, 256, 384]) {
      const measured = rows.get(edge + 8)! / rows.get(edge)!;
      expect(modelledMs(edge + 8) / modelledMs(edge), `after ${edge} tokens`).to.be.closeTo(measured, 0.15);
    }
  });
});

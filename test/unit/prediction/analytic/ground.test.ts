import { expect } from 'chai';
import type { ModelCard } from '../../../../src/domain/cards.ts';
import { createDevice, type Device } from '../../../../src/prediction/analytic/device.ts';
import { groundOf, isValidated, isValidatedAtClocks } from '../../../../src/prediction/analytic/ground.ts';
import { decodeWork, prefillWork } from '../../../../src/prediction/analytic/work.ts';
import { engineCard, gpuCard, modelCard, shippedIds } from '../../../fixtures/cards.ts';

const GROUND = {
  clockMhz: [690, 1410],
  hidden: [4096, 5120],
  decodeBatch: [1, 512],
  contextTokens: [1, 8192],
  prefillTokens: [1, 32_768],
} as const;

interface Shape {
  readonly model?: string;
  readonly change?: Partial<ModelCard>;
  readonly tp?: number;
  readonly engine?: string;
}
const deviceOf = ({ model = 'llama-3.1-8b', change = {}, tp = 1, engine = 'sglang-like' }: Shape = {}): Device =>
  createDevice({ ...gpuCard('a100-sxm4-80gb'), validated: GROUND }, { ...modelCard(model), ...change }, engineCard(engine), tp);

const decode = (batch: number, context: number) => decodeWork(batch, batch * context);
const prompts = (count: number, newTokens: number, pastTokens = 0) =>
  prefillWork(Array.from({ length: count }, () => ({ newTokens, pastTokens })));

describe('validated ground', () => {
  it('covers dense bf16 models of a measured width on one GPU, and no other device', () => {
    expect(['llama-3.1-8b', 'qwen3-8b', 'qwen3-32b'].map((model) => groundOf(deviceOf({ model })))).to.deep.equal([GROUND, GROUND, GROUND]);
    const others: Shape[] = [
      { tp: 2 },
      { model: 'llama-3.3-70b' },
      { model: 'qwen3-30b-a3b' },
      { model: 'qwen3-30b-a3b', change: { hidden: 4096 } },
      { model: 'llama-3.1-8b-fp8' },
      { change: { bytesPerKvElement: 1 } },
    ];
    for (const other of others) expect(groundOf(deviceOf(other)), JSON.stringify(other)).to.equal(null);
  });

  const device = deviceOf();

  it('ends where the clocks end that were measured, with the clock that the limit leaves among them', () => {
    const at = (...clocksMhz: number[]): boolean => isValidated(device, decode(32, 1000), ...clocksMhz);
    expect([675, 690, 1410].map((mhz) => at(mhz))).to.deep.equal([false, true, true]);
    expect([at(1410, 1293.7), at(1410, 600)]).to.deep.equal([true, false]);
  });

  it('ends at the measured batches and contexts of a decode', () => {
    expect([decode(512, 8192), decode(513, 100), decode(1, 8193)].map((work) => isValidated(device, work, 1005))).to.deep.equal([
      true,
      false,
      false,
    ]);
  });

  it('ends at the largest captured batch: no eager decode was measured', () => {
    const few = deviceOf({ engine: 'trtllm-like' });
    expect([128, 129].map((batch) => isValidated(few, decode(batch, 100), 1005))).to.deep.equal([true, false]);
  });

  it('ends at the measured tokens of a prefill, and knows no cached ones', () => {
    const asked = [prompts(4, 8192), prompts(5, 8192), prompts(1, 8193), prompts(2, 1000, 1)];
    expect(asked.map((work) => isValidated(device, work, 1005))).to.deep.equal([true, false, false, false]);
  });

  it('backs a range of clocks only as a whole', () => {
    const ranges = [
      [690, 1410],
      [675, 1410],
      [690, 1425],
    ] as const;
    expect(ranges.map((range) => isValidatedAtClocks(device, range))).to.deep.equal([true, false, false]);
    expect(isValidatedAtClocks(deviceOf({ tp: 2 }), [900, 1000])).to.equal(false);
  });

  it('is claimed for the two Ampere SXM cards that were measured, by operators or by clocks, and for no Hopper', () => {
    expect(shippedIds('gpus').filter((id) => gpuCard(id).validated !== undefined)).to.have.members(['a100-sxm4-80gb', 'a800-sxm4-80gb']);
  });
});

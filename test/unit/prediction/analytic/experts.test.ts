import { expect } from 'chai';
import type { ModelCard } from '../../../../src/domain/cards.ts';
import { createDevice, kvCapacityTokens, weightBytes } from '../../../../src/prediction/analytic/device.ts';
import { estimateIteration } from '../../../../src/prediction/analytic/estimate.ts';
import { distinctExperts, expertWork } from '../../../../src/prediction/analytic/experts.ts';
import { iterationTime } from '../../../../src/prediction/analytic/latency.ts';
import { decodeWork, prefillWork } from '../../../../src/prediction/analytic/work.ts';
import { engineCard, gpuCard, modelCard } from '../../../fixtures/cards.ts';

const gpu = gpuCard('a100-sxm4-80gb');
const engine = engineCard('sglang-like');
const model = modelCard('qwen3-30b-a3b');
const { moe: _moe, ...dense } = model;
const moe = model.moe!;
const device = createDevice(gpu, model, engine, 1);
const prefill = (newTokens: number) => prefillWork([{ newTokens, pastTokens: 0 }]);

describe('a mixture of experts', () => {
  it('reaches k experts with one token, some twice with two, and all in the end', () => {
    expect(distinctExperts(moe, 1)).to.be.closeTo(8, 1e-9);
    expect(distinctExperts(moe, 2)).to.be.closeTo(8 + 8 * (120 / 128), 1e-9);
    expect(distinctExperts(moe, 32)).to.be.within(110, 115);
    expect(distinctExperts(moe, 4096)).to.be.closeTo(128, 1e-9);
    expect(distinctExperts({ ...moe, expertsPerToken: 128 }, 1)).to.equal(128);
  });

  it('keeps every expert in memory, wherever it runs', () => {
    const perExpertBytes = 48 * 3 * 2048 * 768 * 2;
    const fewer = { ...model, moe: { ...moe, experts: 64 } };
    const routerBytes = 48 * 2048 * 64 * 2;
    expect(weightBytes(model) - weightBytes(fewer)).to.equal(64 * perExpertBytes + routerBytes);
    expect(kvCapacityTokens(gpu, model, engine, 1)).to.be.closeTo(
      (gpu.hbmBytes * engine.memoryFraction - weightBytes(model)) / (2 * 48 * 4 * 128 * 2),
      1,
    );
  });

  it('reads the weights of the experts in use only: HBM traffic grows with the batch until all are', () => {
    const hbmMs = (batch: number): number => iterationTime(device, decodeWork(batch, 0), 1410).hbmMs;
    const gained = (from: number, to: number): number => (hbmMs(to) - hbmMs(from)) * gpu.hbmGBps * gpu.weightStreamEfficiency * 1e6;
    const expertBytes = 48 * 3 * 2048 * 768 * 2;
    // Activations of the added tokens are the small rest.
    expect(gained(1, 8) / ((distinctExperts(moe, 8) - 8) * expertBytes)).to.be.within(1, 1.02);
    expect(gained(512, 640) / expertBytes).to.be.lessThan(1.5);
  });

  it('computes k experts for each token, whatever their number', () => {
    const perToken = (card: ModelCard): number => {
      const made = createDevice(gpu, card, engine, 1);
      const [few, many] = [4096, 8192].map((tokens) => iterationTime(made, prefill(tokens), 1410).tensorMs);
      const [attentionFew, attentionMany] = [4096, 8192].map(
        (tokens) => iterationTime(made, { ...prefill(tokens), newTokens: 0 }, 1410).tensorMs,
      );
      return (many! - few! - (attentionMany! - attentionFew!)) / 4096;
    };
    const activeWeights = 48 * (2048 * 128 * (2 * 32 + 2 * 4) + 2048 * 128 + 8 * 3 * 2048 * 768);
    expect(perToken(model)).to.be.closeTo((2 * activeWeights) / (gpu.bf16Tflops * gpu.gemmEfficiency * 1e9), 1e-6);
    expect(perToken({ ...dense, ffn: 128 * 768 }) / perToken(model)).to.be.greaterThan(8);
  });

  it('decodes like a small model at batch 1 and like a large one at 64', () => {
    const small = createDevice(gpu, dense, engine, 1);
    const msOf = (of: typeof device, batch: number): number => estimateIteration(of, decodeWork(batch, batch * 500), 1410).latencyMs;
    expect(msOf(device, 1) / msOf(small, 1)).to.be.within(0.9, 1.2);
    expect(msOf(device, 64) / msOf(small, 64)).to.be.greaterThan(4);
  });

  it('shares its experts among the GPUs of an instance', () => {
    const [one, four] = [1, 4].map((tp) => expertWork(createDevice(gpu, model, engine, tp), 16, 16));
    expect(one!.weightsRead / four!.weightsRead).to.be.closeTo(4, 1e-9);
    expect(one!.multiplyAdds / four!.multiplyAdds).to.be.closeTo(4, 1e-9);
  });

  it('is nothing to a dense model', () => {
    expect(expertWork(createDevice(gpu, modelCard('qwen3-8b'), engine, 1), 64, 64)).to.deep.equal({ multiplyAdds: 0, weightsRead: 0 });
  });
});

describe('heads wider than the hidden state', () => {
  it('projects out from heads x headDim, not from the hidden width', () => {
    const { layers, hidden, ffn } = modelCard('qwen3-32b');
    // Published shape: 64 query heads of 128 = 8192 over a hidden state of 5120; q and o 5120 x 8192, k and v 5120 x 1024.
    const attention = 2 * 5120 * 8192 + 2 * 5120 * 1024;
    expect(createDevice(gpu, modelCard('qwen3-32b'), engine, 1).linearWeights).to.equal(layers * (attention + 3 * hidden * ffn));
  });
});

import { expect } from 'chai';
import { createDevice, kvCapacityTokens, weightBytes, type Device } from '../../../../src/prediction/analytic/device.ts';
import { estimateIteration } from '../../../../src/prediction/analytic/estimate.ts';
import { distinctExperts } from '../../../../src/prediction/analytic/experts.ts';
import { emptyTerms, loadTerms, type Terms } from '../../../../src/prediction/analytic/terms.ts';
import { decodeWork, prefillWork, type IterationWork } from '../../../../src/prediction/analytic/work.ts';
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

  const termsOf = (of: Device, work: IterationWork): Terms => {
    const terms = emptyTerms();
    loadTerms(of, work, terms);
    return terms;
  };

  it('reads the weights of the experts in use, and no others', () => {
    const expertBytes = 48 * 3 * 2048 * 768 * 2;
    for (const batch of [1, 7, 64, 513]) {
      const readMs = (distinctExperts(moe, batch) * expertBytes) / (gpu.hbmGBps * 1e6);
      expect(termsOf(device, decodeWork(batch, 0)).expertsHbm * gpu.weightStreamEfficiency).to.be.closeTo(readMs, 1e-9);
    }
  });

  it('computes k experts for each token, whatever their number', () => {
    const computeMs = (of: Device, tokens: number): number => termsOf(of, prefill(tokens)).expertsSm;
    const perToken = (of: Device): number => (computeMs(of, 8192) - computeMs(of, 4096)) / 4096;
    const activeFlop = 2 * 48 * 8 * 3 * 2048 * 768;
    expect(perToken(device)).to.be.closeTo(activeFlop / (gpu.bf16Tflops * gpu.gemmEfficiency * 1e9), 1e-9);
    const more = createDevice(gpu, { ...model, moe: { ...moe, experts: 256 } }, engine, 1);
    expect(perToken(more)).to.be.closeTo(perToken(device), 1e-9);
  });

  it('decodes like a small model at batch 1 and like a large one at 64', () => {
    const small = createDevice(gpu, dense, engine, 1);
    const msOf = (of: typeof device, batch: number): number => estimateIteration(of, decodeWork(batch, batch * 500), 1410).latencyMs;
    expect(msOf(device, 1) / msOf(small, 1)).to.be.within(0.9, 1.2);
    expect(msOf(device, 64) / msOf(small, 64)).to.be.greaterThan(3);
  });

  it('shares its experts among the GPUs of an instance', () => {
    const [one, four] = [1, 4].map((tp) => termsOf(createDevice(gpu, model, engine, tp), decodeWork(16, 0)));
    expect(one!.expertsHbm / four!.expertsHbm).to.be.closeTo(4, 1e-9);
    expect(one!.expertsSm / four!.expertsSm).to.be.closeTo(4, 1e-9);
  });

  it('is nothing to a dense model', () => {
    expect(termsOf(createDevice(gpu, modelCard('qwen3-8b'), engine, 1), decodeWork(64, 64))).to.include({ expertsSm: 0, expertsHbm: 0 });
  });
});

describe('heads wider than the hidden state', () => {
  it('projects out from heads x headDim, not from the hidden width', () => {
    const { layers, hidden, ffn } = modelCard('qwen3-32b');
    // Published shape: 64 query heads of 128 = 8192 over a hidden state of 5120; q and o 5120 x 8192, k and v 5120 x 1024.
    const attention = 2 * 5120 * 8192 + 2 * 5120 * 1024;
    expect(createDevice(gpu, modelCard('qwen3-32b'), engine, 1).layers.weights).to.equal(layers * (attention + 3 * hidden * ffn));
  });
});

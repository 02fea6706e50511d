import { expect } from 'chai';
import { createDevice, weightBytes, type Device } from '../../../../src/prediction/analytic/device.ts';
import { estimateIteration } from '../../../../src/prediction/analytic/estimate.ts';
import { emptyTerms, loadTerms, type Terms } from '../../../../src/prediction/analytic/terms.ts';
import { decodeWork, prefillWork, type IterationWork } from '../../../../src/prediction/analytic/work.ts';
import { engineCard, gpuCard, modelCard } from '../../../fixtures/cards.ts';

const engine = engineCard('sglang-like');
const bf16 = modelCard('llama-3.1-8b');
const on = (gpu: string, model = bf16): Device => createDevice(gpuCard(gpu), model, engine, 1);
const termsOf = (device: Device, work: IterationWork): Terms => {
  const terms = emptyTerms();
  loadTerms(device, work, terms);
  return terms;
};
const prompt = prefillWork([{ newTokens: 8192, pastTokens: 0 }]);
/** FP8 over bf16. */
const ratio = (gpu: string, work: IterationWork, part: keyof Terms, weights: Partial<typeof bf16>): number =>
  termsOf(on(gpu, { ...bf16, ...weights }), work)[part] / termsOf(on(gpu), work)[part];

describe('FP8 weights', () => {
  const weights = { bytesPerWeight: 1 };

  it('halve the time that the layers are read in, activations aside', () => {
    for (const gpu of ['a100-sxm4-80gb', 'h100-sxm5-80gb'])
      expect(ratio(gpu, decodeWork(1, 0), 'layersHbm', weights), gpu).to.be.within(0.5, 0.51);
  });

  it('double the tensor rate where the tensor cores have FP8, and nowhere else', () => {
    expect(gpuCard('a100-sxm4-80gb')).to.not.have.property('fp8Tflops');
    expect(ratio('a100-sxm4-80gb', prompt, 'layersSm', weights)).to.equal(1);
    for (const gpu of ['h100-sxm5-80gb', 'h200-sxm5-141gb']) expect(ratio(gpu, prompt, 'layersSm', weights), gpu).to.be.closeTo(0.5, 0.001);
  });

  it('leave attention as it is, and the lm_head where it stays in bf16', () => {
    expect(ratio('h100-sxm5-80gb', prompt, 'attentionSm', weights)).to.equal(1);
    expect(ratio('h100-sxm5-80gb', decodeWork(64, 64_000), 'attentionHbm', weights)).to.equal(1);
    expect(ratio('h100-sxm5-80gb', prompt, 'headSm', { ...weights, bytesPerHeadWeight: 2 })).to.equal(1);
    expect(ratio('h100-sxm5-80gb', decodeWork(1, 0), 'headHbm', { ...weights, bytesPerHeadWeight: 2 })).to.equal(1);
  });
});

describe('FP8 KV', () => {
  it('halves what decode reads of it, and not the arithmetic', () => {
    const kv = { bytesPerKvElement: 1 };
    expect(ratio('h100-sxm5-80gb', decodeWork(64, 64_000), 'attentionHbm', kv)).to.equal(0.5);
    expect(ratio('h100-sxm5-80gb', decodeWork(64, 64_000), 'sequencesSm', kv)).to.equal(1);
  });
});

describe('the FP8 model cards', () => {
  for (const id of ['llama-3.1-8b', 'llama-3.3-70b']) {
    it(`${id}-fp8 is ${id} with half the bytes in layers and KV`, () => {
      const [fp8, full] = [modelCard(`${id}-fp8`), modelCard(id)];
      const sameShape = { ...full, id: fp8.id, name: fp8.name, sources: fp8.sources };
      expect(fp8).to.deep.equal({ ...sameShape, bytesPerWeight: 1, bytesPerHeadWeight: 2, bytesPerKvElement: 1 });
      const headBytes = 2 * 2 * full.hidden * full.vocab;
      expect(weightBytes(fp8)).to.equal((weightBytes(full) - headBytes) / 2 + headBytes);
    });
  }

  it('decode faster than bf16 and draw no more than the limit', () => {
    const [fp8, full] = [modelCard('llama-3.1-8b-fp8'), bf16].map((model) =>
      estimateIteration(on('h100-sxm5-80gb', model), decodeWork(32, 32_000), 1980),
    );
    expect(full!.latencyMs / fp8!.latencyMs).to.be.within(1.2, 2);
    expect(fp8!.powerW).to.be.at.most(700);
  });
});

import { expect } from 'chai';
import { createDevice, kvBytesPerToken, kvCapacityTokens, weightBytes } from '../../../../src/prediction/analytic/device.ts';
import { kvBytesPerTokenOfGpu } from '../../../../src/prediction/analytic/rates.ts';
import { unevenParts } from '../../../../src/prediction/analytic/tensor-parallel.ts';
import { emptyTerms, loadTerms } from '../../../../src/prediction/analytic/terms.ts';
import { decodeWork } from '../../../../src/prediction/analytic/work.ts';
import { engineCard, gpuCard, modelCard } from '../../../fixtures/cards.ts';

const gpu = gpuCard('h100-sxm5-80gb');
const engine = engineCard('sglang-like');
const llama = modelCard('llama-3.1-8b');
const moe = modelCard('qwen3-30b-a3b');
const [HEADS, KV_HEADS, LAYERS, HIDDEN, HEAD_DIM] = [32, 8, 32, 4096, 128];

describe('a split over GPUs', () => {
  it('comes out even, or names what does not', () => {
    for (const tp of [1, 2, 4, 8, 16, 32]) expect(unevenParts(llama, tp), `tp ${tp}`).to.deep.equal([]);
    expect(unevenParts(llama, 3)).to.deep.equal(['32 heads', '14336 columns of the FFN', '8 KV heads']);
    expect(unevenParts(llama, 64)).to.deep.equal(['32 heads']);
    expect(unevenParts({ ...llama, heads: 48, kvHeads: 8, ffn: 12_288 }, 12)).to.deep.equal(['8 KV heads']);
    expect(unevenParts(moe, 512)).to.deep.equal(['32 heads', '768 columns of each expert']);
  });

  it('gives each GPU its share of the KV heads while there are enough, and a whole one beyond', () => {
    const perHead = kvBytesPerToken(llama) / KV_HEADS;
    expect([1, 2, 8, 16, 32].map((tp) => kvBytesPerTokenOfGpu(llama, tp) / perHead)).to.deep.equal([8, 4, 1, 1, 1]);
  });

  it('copies KV heads into memory and into the work of each GPU', () => {
    const copies = 2 * LAYERS * HIDDEN * HEAD_DIM * llama.bytesPerWeight;
    expect(weightBytes(llama, 16) - weightBytes(llama, 8)).to.equal((16 - KV_HEADS) * copies);
    const [eight, sixteen] = [8, 16].map((tp) => createDevice(gpu, llama, engine, tp));
    const ffn = 3 * HIDDEN * llama.ffn;
    const shared = 2 * HIDDEN * HEADS * HEAD_DIM + ffn;
    expect(sixteen!.layers.weights).to.equal(LAYERS * (shared / 16 + 2 * HIDDEN * HEAD_DIM));
    const kvMs = [eight!, sixteen!].map((device) => {
      const terms = emptyTerms();
      loadTerms(device, decodeWork(16, 16_000), terms);
      return [terms.attentionHbm, terms.sequencesSm];
    });
    expect(kvMs[1]).to.deep.equal(kvMs[0]);
  });

  it('so holds fewer tokens than the memory of all GPUs would', () => {
    const room = (tp: number): number => gpu.hbmBytes * tp * engine.memoryFraction - weightBytes(llama, tp);
    expect(kvCapacityTokens(gpu, llama, engine, 16)).to.be.closeTo(room(16) / (2 * kvBytesPerToken(llama)), 1);
    expect(kvCapacityTokens(gpu, llama, engine, 4)).to.be.closeTo(room(4) / kvBytesPerToken(llama), 1);
  });
});

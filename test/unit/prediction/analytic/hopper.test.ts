import { expect } from 'chai';
import { EmulatedGpu } from '../../../../src/emulation/gpu.ts';
import { analyticPredictor } from '../../../../src/prediction/analytic-predictor.ts';
import { heldClockMhz } from '../../../../src/prediction/analytic/clock-effects.ts';
import { createDevice, type Device } from '../../../../src/prediction/analytic/device.ts';
import { estimateIteration } from '../../../../src/prediction/analytic/estimate.ts';
import { iterationTime } from '../../../../src/prediction/analytic/latency.ts';
import { decodeWork, prefillWork } from '../../../../src/prediction/analytic/work.ts';
import { createRandom } from '../../../../src/statistics/random.ts';
import { engineCard, gpuCard, modelCard } from '../../../fixtures/cards.ts';

const on = (gpu: string): Device => createDevice(gpuCard(gpu), modelCard('llama-3.1-8b'), engineCard('sglang-like'), 1);
const gpuOn = (gpu: string): EmulatedGpu => new EmulatedGpu(on(gpu), createRandom(1), 0, 0);
const settledMhz = (gpu: EmulatedGpu): number => {
  gpu.settle();
  return gpu.clockMhz;
};

describe('Hopper cards', () => {
  /** How much longer the linear layers of Llama-3.1-8B take with one row more. */
  const stepOf = (gpu: string, rows: number): number => {
    const ms = (newTokens: number): number =>
      iterationTime(on(gpu), prefillWork([{ newTokens, pastTokens: 0 }]), gpuCard(gpu).clock.maxMhz).gemmMs;
    return ms(rows + 1) / ms(rows) - 1;
  };

  it('have hardly a batch step at a tile edge, which is an Ampere effect', () => {
    for (const gpu of ['h100-sxm5-80gb', 'h200-sxm5-141gb']) {
      expect(stepOf(gpu, 128), gpu).to.be.within(0, 0.03);
      expect(stepOf(gpu, 256), gpu).to.be.within(0, 0.13);
    }
    for (const gpu of ['a100-sxm4-80gb', 'a800-sxm4-80gb', 'a100-pcie-80gb'])
      for (const rows of [128, 256, 384]) expect(stepOf(gpu, rows), gpu).to.be.greaterThan(0.1);
  });

  it('decode Llama-3.1-8B near the public figure for an H100: 7.3 ms and 486 W at batch 8', () => {
    const { latencyMs, powerW } = estimateIteration(on('h100-sxm5-80gb'), decodeWork(8, 8 * 512), 1980);
    expect(latencyMs).to.be.closeTo(7.3, 0.5);
    expect(powerW).to.be.closeTo(486, 25);
  });

  it('read faster on an H200 than on an H100, and compute alike', () => {
    const [h100, h200] = ['h100-sxm5-80gb', 'h200-sxm5-141gb'].map(
      (gpu) => estimateIteration(on(gpu), decodeWork(8, 8 * 8000), 1800).latencyMs,
    );
    expect(h100! / h200!).to.be.within(1.25, 4800 / 3350);
  });
});

describe('a driver that clamps high locks', () => {
  it('holds them at the clamp, and lower ones as asked', () => {
    const device = on('h200-sxm5-141gb');
    expect([1980, 1845, 1830, 1815, 345].map((mhz) => heldClockMhz(device, mhz))).to.deep.equal([1830, 1830, 1830, 1815, 345]);
    expect(heldClockMhz(on('a100-sxm4-80gb'), 1410)).to.equal(1410);
  });

  it('is what an emulated GPU does: the lock stands, the clock is lower, and without a lock it is not', () => {
    const gpu = gpuOn('h200-sxm5-141gb');
    gpu.lock(1980, 0);
    expect([gpu.lockedMhz, settledMhz(gpu)]).to.deep.equal([1980, 1830]);
    gpu.lock(null, 1000);
    expect(settledMhz(gpu)).to.equal(1980);
  });

  it('is known to a prediction: beyond the clamp nothing gets faster', () => {
    const predictor = analyticPredictor(on('h200-sxm5-141gb'), 'decode', 345);
    const [clamped, beyond, below] = [1830, 1980, 1815].map((mhz) => predictor.predict({ batch: 64, tokens: 64_000 }, mhz));
    expect(beyond).to.deep.equal(clamped);
    expect(below!.latencyMs).to.be.greaterThan(clamped!.latencyMs);
  });
});

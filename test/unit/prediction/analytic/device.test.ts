import { expect } from 'chai';
import { createDevice, kvBytesPerToken, kvCapacityTokens, weightBytes } from '../../../../src/prediction/analytic/device.ts';
import { BY_THE_CARD } from '../../../../src/prediction/analytic/personality.ts';
import { paddedBatch, paddedRows, runsEagerly } from '../../../../src/prediction/analytic/padding.ts';
import { A100, ENGINE, LLAMA, a100WithRoom, deviceOf } from '../../../fixtures/devices.ts';

describe('a device', () => {
  it('holds 128 KiB of KV per token and 16.06 GB of weights for Llama-3.1-8B in bf16', () => {
    expect(kvBytesPerToken(LLAMA)).to.equal(128 * 1024);
    expect(weightBytes(LLAMA)).to.be.closeTo(16.06e9, 0.01e9);
  });

  it('holds exactly those weights, and the KV that 0.885 of 80 GiB leaves', () => {
    expect([weightBytes(LLAMA), kvCapacityTokens(A100, LLAMA, ENGINE, 1)]).to.deep.equal([16_059_990_016, 457_465]);
  });

  it('has room for the 457 600 KV tokens of the reference on an A100 with 80 GB', () => {
    expect(kvCapacityTokens(A100, LLAMA, ENGINE, 1)).to.be.closeTo(457_600, 457_600 * 0.001);
  });

  it('holds the weights once, however many GPUs share them', () => {
    const [one, two] = [1, 2].map((tp) => kvCapacityTokens(A100, LLAMA, ENGINE, tp));
    expect(two! - one!).to.be.closeTo((A100.hbmBytes * ENGINE.memoryFraction) / kvBytesPerToken(LLAMA), 1);
  });

  it('has no room at all when the weights alone exceed the memory', () => {
    expect(kvCapacityTokens({ ...A100, hbmBytes: 16e9 }, LLAMA, ENGINE, 1)).to.be.at.most(0);
  });

  it('can be made to a wanted room, for the tests of shortage', () => {
    expect(kvCapacityTokens(a100WithRoom(1000), LLAMA, ENGINE, 1)).to.equal(1000);
  });
});

describe('padding', () => {
  const device = deviceOf();

  it('runs a decode batch at the next captured size, and as it is beyond the largest', () => {
    expect([1, 3, 8, 9, 128, 129, 257, 512].map((batch) => paddedBatch(device, batch))).to.deep.equal([1, 4, 8, 16, 128, 160, 320, 512]);
    expect(paddedBatch(device, 513)).to.equal(513);
    expect([512, 513].map((batch) => runsEagerly(device, batch))).to.deep.equal([false, true]);
  });

  it('rounds GEMM rows up to small tiles first and to large ones above', () => {
    expect([1, 16, 17, 128, 129, 256, 257].map((rows) => paddedRows(device, rows))).to.deep.equal([16, 16, 32, 128, 256, 256, 384]);
  });

  it('moves the steps with the tile of the personality', () => {
    const narrow = createDevice(A100, LLAMA, ENGINE, 1, { ...BY_THE_CARD, tile: 0.75 });
    expect([96, 97].map((rows) => paddedRows(narrow, rows))).to.deep.equal([96, 192]);
  });
});

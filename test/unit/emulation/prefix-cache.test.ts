import { expect } from 'chai';
import { createEmulatedInstance, emulatedDevice } from '../../../src/emulation/instance.ts';
import { PrefixCache } from '../../../src/emulation/prefix-cache.ts';
import { estimateIteration } from '../../../src/prediction/analytic/estimate.ts';
import { prefillWork } from '../../../src/prediction/analytic/work.ts';
import { a100WithRoom, specOf } from '../../fixtures/devices.ts';
import { drain } from '../../fixtures/emulation.ts';

describe('the prefix cache', () => {
  it('matches leading blocks only, and leaves the last token to be computed', () => {
    const cache = new PrefixCache();
    cache.keep(['a', 'b', 'c']);
    expect(cache.match(['a', 'b', 'x', 'c'], 2048)).to.equal(1024);
    expect(cache.match(['b', 'c'], 1024)).to.equal(1024 - 1);
    expect(cache.match(['x', 'a'], 1024)).to.equal(0);
    expect(cache.match(['a', 'b', 'c'], 1536)).to.equal(1535);
  });

  it('drops what was used least recently, ends of prompts before their beginnings', () => {
    const cache = new PrefixCache();
    cache.keep(['a', 'b']);
    cache.keep(['c', 'd']);
    cache.keep(['a']);
    cache.shrinkTo(2 * 512);
    expect(cache.tokens).to.equal(1024);
    expect(cache.match(['a', 'b'], 9999)).to.equal(512);
    expect(cache.match(['c', 'd'], 9999)).to.equal(512);
  });
});

describe('a prefill instance with a prefix cache', () => {
  const spec = specOf('prefill');
  const submit = (machine: ReturnType<typeof createEmulatedInstance>, id: string, nowMs: number, prefix?: readonly string[]): void =>
    machine.submit({ id, room: 0, promptTokens: 2000, maxTokens: 1, ...(prefix && { prefix }) }, nowMs);
  const tookMs = (machine: ReturnType<typeof createEmulatedInstance>, fromMs: number): number => drain(machine).at(-1)!.atMs - fromMs;

  it('computes only what follows the cached beginning, on its past', () => {
    const machine = createEmulatedInstance(spec, 0);
    submit(machine, 'one', 0, ['x', 'y', 'z']);
    drain(machine);
    submit(machine, 'other', 10_000, ['x', 'y', 'w']);
    const work = prefillWork([{ newTokens: 2000 - 1024, pastTokens: 1024 }]);
    expect(tookMs(machine, 10_000)).to.be.closeTo(estimateIteration(emulatedDevice(spec), work, 1410).latencyMs, 1e-9);
    expect(machine.cachedTokens()).to.equal(1024);
  });

  it('finds nothing for a prompt that tells no prefix, or another one', () => {
    const machine = createEmulatedInstance(spec, 0);
    submit(machine, 'one', 0, ['x', 'y']);
    const wholeMs = tookMs(machine, 0);
    submit(machine, 'two', 10_000);
    expect(tookMs(machine, 10_000)).to.be.closeTo(wholeMs, 1e-9);
    submit(machine, 'three', 20_000, ['v', 'x', 'y']);
    expect(tookMs(machine, 20_000)).to.be.closeTo(wholeMs, 1e-9);
    expect(machine.cachedTokens()).to.equal(0);
  });

  it('gives up cached blocks for prompts that need the room', () => {
    const machine = createEmulatedInstance(specOf('prefill', { gpu: a100WithRoom(3000) }), 0);
    submit(machine, 'one', 0, ['x', 'y', 'z']);
    drain(machine);
    machine.submit({ id: 'large', room: 0, promptTokens: 2500, maxTokens: 1 }, 10_000);
    expect(drain(machine).at(-1)).to.include({ kind: 'finished', id: 'large' });
    submit(machine, 'again', 20_000, ['x', 'y', 'z']);
    drain(machine);
    // 500 tokens of room beside the large prompt are less than one block.
    expect(machine.cachedTokens()).to.equal(0);
    expect(machine.load().kvTokens).to.equal(0);
  });
});

import { expect } from 'chai';
import { median } from 'simple-statistics';
import { IterationWatch } from '../../../src/telemetry/iterations.ts';
import { offPct, watched, type Network } from '../../fixtures/streams.ts';

const STEP_MS = 20;
const watching = (): IterationWatch => {
  const watch = new IterationWatch();
  watch.clock(1200, 0);
  return watch;
};

/** One burst: a token of each request, a millisecond apart in all. */
const burst = (watch: IterationWatch, ids: readonly string[], atMs: number, kvTokens = 100): void =>
  ids.forEach((id, i) => watch.tokens(id, 1, kvTokens, atMs + i / ids.length));

const bursts = (watch: IterationWatch, ids: readonly string[], from: number, to: number): void => {
  for (let i = from; i < to; i++) burst(watch, ids, STEP_MS * i);
};

describe('iterations seen in token times', () => {
  it('finds latency, batch and KV of a steady batch', () => {
    const watch = watching();
    bursts(watch, ['a', 'b', 'c'], 0, 21);
    const samples = watch.take();
    expect(samples.length).to.be.within(3, 5);
    for (const { latencyMs, batch, kvTokens, clockMhz, iterations } of samples) {
      expect(latencyMs).to.be.closeTo(STEP_MS, 1e-6);
      expect(batch).to.be.closeTo(3, 1e-6);
      expect(kvTokens).to.be.closeTo(300, 1e-3);
      expect({ clockMhz, iterations }).to.deep.equal({ clockMhz: 1200, iterations: 4 });
    }
    expect(watch.take()).to.deep.equal([]);
  });

  it('counts requests that join and leave for the time that they run', () => {
    const watch = watching();
    bursts(watch, ['a', 'b', 'c', 'd'], 0, 3);
    watch.tokens('e', 1, 100, STEP_MS * 2.5);
    bursts(watch, ['a', 'b', 'c', 'd', 'e'], 3, 5);
    watch.ended('a');
    bursts(watch, ['b', 'c', 'd', 'e'], 5, 8);
    for (const { latencyMs, batch } of watch.take()) {
      expect(latencyMs).to.be.closeTo(STEP_MS, 0.2);
      expect(batch).to.be.within(4, 5);
    }
  });

  it('takes no wait of a new request for an iteration', () => {
    const watch = watching();
    for (let i = 0; i < 200; i++) {
      burst(watch, ['steady'], STEP_MS * i);
      // Each comes just after the burst, waits for a whole iteration, and ends after its second token.
      watch.tokens(`r${i}`, 1, 100, STEP_MS * i + 1);
      if (i > 0) watch.tokens(`r${i - 1}`, 1, 100, STEP_MS * i + 0.5);
      if (i > 0) watch.ended(`r${i - 1}`);
    }
    const samples = watch.take();
    expect(samples.length).to.be.above(10);
    for (const { latencyMs } of samples) expect(latencyMs).to.be.closeTo(STEP_MS, 0.3);
  });

  it('is not misled by chunks that come merged', () => {
    const watch = watching();
    for (let i = 0; i < 40; i++)
      for (const [n, id] of ['a', 'b', 'c', 'd', 'e'].entries()) {
        const late = (i + n) % 5 === 0 && i < 39;
        watch.tokens(id, 1, 100, STEP_MS * (i + (late ? 1 : 0)) + n / 10);
      }
    const latencies = watch.take().map(({ latencyMs }) => latencyMs);
    expect(latencies.length).to.be.above(4);
    expect(median(latencies)).to.be.closeTo(STEP_MS, 0.02 * STEP_MS);
  });

  it('leaves a pause of one stream out of the batch', () => {
    const watch = watching();
    bursts(watch, ['a', 'b', 'c', 'd'], 0, 2);
    for (let i = 2; i < 12; i++) burst(watch, i === 11 ? ['a', 'b', 'c', 'd'] : ['a', 'b', 'c'], STEP_MS * i);
    bursts(watch, ['a', 'b', 'c', 'd'], 12, 14);
    for (const { latencyMs, batch } of watch.take()) {
      expect(latencyMs).to.be.closeTo(STEP_MS, 0.3);
      expect(batch).to.be.within(3, 4.01);
    }
  });

  it('drops what spans a change of clock, and names the clock that held', () => {
    const watch = watching();
    bursts(watch, ['a', 'b'], 0, 3);
    watch.clock(null, STEP_MS * 2 + 5);
    bursts(watch, ['a', 'b'], 3, 6);
    watch.clock(900, STEP_MS * 5 + 5);
    for (let i = 0; i < 12; i++) burst(watch, ['a', 'b'], STEP_MS * 6 + 30 * i);
    const samples = watch.take();
    expect(samples.length).to.be.above(0);
    for (const { latencyMs, clockMhz } of samples) {
      expect(clockMhz).to.equal(900);
      expect(latencyMs).to.be.closeTo(30, 1e-6);
    }
  });

  it('says nothing without a settled clock, and nothing of a pause between two requests', () => {
    const watch = new IterationWatch();
    bursts(watch, ['a', 'b'], 0, 30);
    expect(watch.take()).to.deep.equal([]);
    watch.clock(1410, 600);
    // These two never say that they ended.
    for (let i = 0; i < 20; i++) {
      const id = `only-${i}`;
      for (let k = 0; k < 8; k++) watch.tokens(id, 1, 10, 1000 * i + STEP_MS * k + 700);
      watch.ended(id);
    }
    const withHung = watch.take();
    for (const id of ['a', 'b']) watch.ended(id);
    for (let i = 20; i < 40; i++) {
      const id = `only-${i}`;
      for (let k = 0; k < 8; k++) watch.tokens(id, 1, 10, 1000 * i + STEP_MS * k + 700);
      watch.ended(id);
    }
    const alone = watch.take();
    expect(alone.length).to.be.above(10);
    for (const { latencyMs, batch } of [...withHung, ...alone]) {
      expect(latencyMs).to.be.closeTo(STEP_MS, 1e-6);
      expect(batch).to.be.closeTo(1, 1e-6);
    }
  });

  it('keeps a bounded number of samples for whoever never takes them', () => {
    const watch = watching();
    bursts(watch, ['a'], 0, 5000);
    expect(watch.take()).to.have.length(256);
  });
});

describe('iterations seen through a network', () => {
  const NETWORKS: Readonly<Record<string, Network>> = {
    'a quiet one': { ratePerS: 8, jitterMs: 0, heldFraction: 0, heldMs: 0 },
    'one with jitter': { ratePerS: 8, jitterMs: 2, heldFraction: 0, heldMs: 0 },
    'one that merges chunks': { ratePerS: 8, jitterMs: 2, heldFraction: 0.1, heldMs: 15 },
    'one with hardly any load': { ratePerS: 0.5, jitterMs: 1, heldFraction: 0.05, heldMs: 15 },
  };
  for (const [name, network] of Object.entries(NETWORKS))
    it(`are within 2 % of the truth in the median: ${name}`, () => {
      const off = [1, 2].flatMap((seed) => offPct(seed, watched(seed, network)));
      expect(off.length).to.be.above(100);
      expect(median(off.map(Math.abs))).to.be.below(2);
      expect(Math.abs(median(off)), 'bias').to.be.below(1);
    });
});

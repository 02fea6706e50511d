import { expect } from 'chai';
import { LiveLatency } from '../../../src/telemetry/live-latency.ts';

const INSTANCES = [
  { id: 'p0', role: 'prefill', gpuCount: 1 },
  { id: 'd0', role: 'decode', gpuCount: 1 },
  { id: 'd1', role: 'decode', gpuCount: 1 },
] as const;
const SLO = { ttftMs: 1000, itlMs: 50 };
const NOTHING = { p50Ms: null, p95Ms: null };

/** One request that comes at `atMs`, waits, and streams with equal gaps. */
const serve = (live: LiveLatency, id: string, atMs: number, ttftMs: number, gapsMs: readonly number[], decode = 'd0'): number => {
  live.dispatched({ id, arrivalMs: atMs, promptTokens: 10 }, 'p0', decode, atMs + 1);
  let nowMs = atMs + ttftMs;
  live.tokens(id, 1, nowMs);
  for (const gapMs of gapsMs) live.tokens(id, 2, (nowMs += gapMs));
  live.ended(id);
  return nowMs;
};

describe('live latency', () => {
  it('gives TTFT to the prefill and gaps to the decode instance, from the arrival at the gateway', () => {
    const live = new LiveLatency(INSTANCES, SLO);
    const nowMs = serve(live, 'a', 1000, 250, [20, 40, 60]);
    expect(live.recent('p0', nowMs)).to.deep.equal({ p50Ms: 250, p95Ms: 250 });
    expect(live.recent('d0', nowMs)).to.deep.equal({ p50Ms: 40, p95Ms: 58 });
    expect(live.recent('d1', nowMs)).to.deep.equal(NOTHING);
  });

  it('counts tokens, and remembers when the first request came', () => {
    const live = new LiveLatency(INSTANCES, SLO);
    expect([live.firstRequestAtMs, live.outputTokens]).to.deep.equal([null, 0]);
    serve(live, 'a', 1000, 250, [20, 40]);
    serve(live, 'b', 3000, 250, [20]);
    expect([live.firstRequestAtMs, live.outputTokens]).to.deep.equal([1001, 8]);
  });

  it('forgets what is old, by number and by age', () => {
    const live = new LiveLatency(INSTANCES, SLO);
    const slowMs = serve(live, 'slow', 0, 10, new Array<number>(300).fill(90));
    const nowMs = serve(live, 'fast', slowMs, 10, new Array<number>(300).fill(10));
    expect(live.recent('d0', nowMs), '256 newest').to.deep.equal({ p50Ms: 10, p95Ms: 10 });
    expect(live.recent('d0', nowMs + 9000)).not.to.deep.equal(NOTHING);
    expect(live.recent('d0', nowMs + 10_001)).to.deep.equal(NOTHING);
  });

  it('a request that nobody knows changes nothing', () => {
    const live = new LiveLatency(INSTANCES, SLO);
    live.tokens('ghost', 5, 100);
    live.ended('ghost');
    expect(live.outputTokens).to.equal(0);
    expect(() => live.recent('p9', 0)).to.throw(RangeError);
  });
});

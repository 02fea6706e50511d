import { expect } from 'chai';
import { FleetTracker } from '../../../src/telemetry/fleet-tracker.ts';
import type { DecodeLoad, PrefillLoad } from '../../../src/telemetry/load.ts';

const trackerOf = (): FleetTracker =>
  new FleetTracker([
    { id: 'p0', role: 'prefill', gpuCount: 1 },
    { id: 'p1', role: 'prefill', gpuCount: 1 },
    { id: 'd0', role: 'decode', gpuCount: 1 },
  ]);
const request = (id: string, promptTokens = 1000, arrivalMs = 0) => ({ id, promptTokens, arrivalMs });
const prefill = (tracker: FleetTracker, nowMs: number, id = 'p0'): PrefillLoad => tracker.load(id, nowMs) as PrefillLoad;
const decode = (tracker: FleetTracker, nowMs: number): DecodeLoad => tracker.load('d0', nowMs) as DecodeLoad;

describe('fleet tracker', () => {
  it('follows one request through both phases', () => {
    const tracker = trackerOf();
    tracker.dispatched(request('a'), 'p0', 'd0', 10);
    expect(prefill(tracker, 10)).to.deep.include({ waiting: [request('a')], headSinceMs: 10, idleSinceMs: null, meanPromptTokens: 1000 });
    expect(decode(tracker, 10)).to.deep.include({ batch: 0, incoming: 1, kvTokens: 0, idleSinceMs: null });
    tracker.prefillDone('a', 50);
    expect(prefill(tracker, 50)).to.deep.include({ waiting: [], headSinceMs: null, idleSinceMs: 50 });
    expect(decode(tracker, 50)).to.deep.include({ batch: 0, incoming: 1 });
    tracker.tokens('a', 1, 60);
    tracker.tokens('a', 3, 70);
    expect(decode(tracker, 70)).to.deep.include({ batch: 1, incoming: 0, kvTokens: 1004 });
    tracker.ended('a', 'completed', 80);
    expect(decode(tracker, 80)).to.deep.include({ batch: 0, kvTokens: 0, idleSinceMs: 80, meanOutputTokens: 4 });
    expect(tracker.inFlight).to.equal(0);
  });

  it('counts whole steps as it counts tokens one by one, and forgets exactly what each request held', () => {
    const [single, whole] = [trackerOf(), trackerOf()];
    for (const tracker of [single, whole]) {
      for (const [i, id] of ['a', 'b', 'c'].entries()) tracker.dispatched(request(id, 100 * (i + 1)), 'p0', 'd0', 0);
      tracker.tokens('a', 1, 10);
    }
    const step = (ids: readonly string[], nowMs: number): void => {
      for (const id of ids) single.tokens(id, 1, nowMs);
      whole.stepped('d0');
    };
    step(['a'], 30);
    for (const tracker of [single, whole]) tracker.tokens('b', 1, 35);
    step(['a', 'b'], 50);
    step(['a', 'b'], 70);
    expect(decode(whole, 70)).to.deep.equal(decode(single, 70));
    expect(decode(whole, 70)).to.include({ batch: 2, kvTokens: 307, incoming: 1, incomingTokens: 300, streamedGaps: 5, streamedMs: 95 });
    for (const tracker of [single, whole]) tracker.ended('a', 'completed', 80);
    expect(decode(whole, 90)).to.deep.equal(decode(single, 90));
    expect(decode(whole, 90)).to.include({ batch: 1, kvTokens: 203, streamedGaps: 2, streamedMs: 55 });
    for (const tracker of [single, whole]) for (const id of ['b', 'c']) tracker.ended(id, 'completed', 100);
    expect(decode(whole, 100)).to.include({ batch: 0, kvTokens: 0, incoming: 0, incomingTokens: 0, streamedGaps: 0, streamedMs: 0 });
  });

  it('tells what the present prefill iteration holds: the first alone, then whatever waited', () => {
    const tracker = trackerOf();
    for (const id of ['a', 'b', 'c']) tracker.dispatched(request(id, 10), 'p0', 'd0', 0);
    expect(prefill(tracker, 5)).to.include({ running: 1, waitingTokens: 30 });
    tracker.prefillDone('a', 20);
    expect(prefill(tracker, 20)).to.include({ running: 2, waitingTokens: 20, headSinceMs: 20 });
    tracker.dispatched(request('d', 7), 'p0', 'd0', 25);
    expect(prefill(tracker, 25)).to.include({ running: 2, waitingTokens: 27 });
    for (const id of ['b', 'c', 'd']) tracker.prefillDone(id, 40);
    expect(prefill(tracker, 40)).to.include({ running: 0, waitingTokens: 0, headSinceMs: null });
  });

  it('counts what waits at the gateway apart from what was sent', () => {
    const tracker = trackerOf();
    expect(tracker.arrivals(0)).to.deep.equal({ requestRatePerS: 0, meanPromptTokens: null, queued: 0, queuedTokens: 0 });
    tracker.queued(request('a', 100), 10);
    tracker.queued(request('b', 300), 20);
    expect(tracker.arrivals(20)).to.deep.include({ meanPromptTokens: 200, queued: 2, queuedTokens: 400 });
    expect(tracker.arrivals(20).requestRatePerS).to.be.above(0);
    tracker.unqueued(request('a', 100));
    expect(tracker.arrivals(20)).to.deep.include({ queued: 1, queuedTokens: 300 });
  });

  it('keeps prompts in the order sent, and knows since when the next one runs', () => {
    const tracker = trackerOf();
    for (const [i, id] of ['a', 'b', 'c'].entries()) tracker.dispatched(request(id, 100 + i), 'p0', 'd0', i);
    tracker.prefillDone('a', 40);
    expect(prefill(tracker, 45).waiting.map(({ promptTokens }) => promptTokens)).to.deep.equal([101, 102]);
    expect(prefill(tracker, 45).headSinceMs).to.equal(40);
    expect(prefill(tracker, 45, 'p1')).to.deep.include({ waiting: [], idleSinceMs: 0 });
  });

  it('takes the first token for the end of a prefill that nobody reported', () => {
    const tracker = trackerOf();
    tracker.dispatched(request('a'), 'p0', 'd0', 0);
    tracker.tokens('a', 1, 30);
    expect(prefill(tracker, 30).waiting).to.deep.equal([]);
  });

  it('measures the time from the end of prefill to the first token', () => {
    const tracker = trackerOf();
    expect(prefill(tracker, 0).afterPrefillMs).to.equal(0);
    tracker.dispatched(request('a'), 'p0', 'd0', 0);
    tracker.prefillDone('a', 100);
    tracker.tokens('a', 1, 125);
    tracker.tokens('a', 1, 900);
    expect(prefill(tracker, 900).afterPrefillMs).to.equal(25);
    expect(prefill(tracker, 900, 'p1').afterPrefillMs).to.equal(0);
  });

  it('expects output lengths from completed requests, and counts what still streams', () => {
    const tracker = trackerOf();
    for (const id of ['a', 'b', 'c']) tracker.dispatched(request(id), 'p0', 'd0', 0);
    tracker.tokens('a', 10, 1);
    expect(decode(tracker, 1).meanOutputTokens).to.equal(null);
    tracker.ended('a', 'completed', 2);
    expect(decode(tracker, 2).meanOutputTokens).to.equal(10);
    tracker.tokens('b', 90, 3);
    expect(decode(tracker, 3).meanOutputTokens).to.equal(100);
    tracker.ended('b', 'failed', 4);
    expect(decode(tracker, 4).meanOutputTokens).to.equal(100);
  });

  it('forgets old lengths', () => {
    const tracker = trackerOf();
    const serve = (count: number, outputTokens: number, from: number): void => {
      for (let i = 0; i < count; i++) {
        tracker.dispatched(request(`r${from + i}`), 'p0', 'd0', i);
        tracker.tokens(`r${from + i}`, outputTokens, i);
        tracker.ended(`r${from + i}`, 'completed', i);
      }
    };
    serve(200, 1000, 0);
    serve(800, 10, 1000);
    expect(decode(tracker, 1000).meanOutputTokens).to.be.closeTo(10, 5);
  });

  it('names the instances of a request while it lives', () => {
    const tracker = trackerOf();
    expect(tracker.instancesOf('a')).to.deep.equal([]);
    tracker.dispatched(request('a'), 'p1', 'd0', 0);
    expect(tracker.instancesOf('a')).to.deep.equal(['p1', 'd0']);
    tracker.ended('a', 'cancelled', 1);
    expect(tracker.instancesOf('a')).to.deep.equal([]);
  });

  it('ignores events of requests it does not know, and refuses instances it does not know', () => {
    const tracker = trackerOf();
    tracker.prefillDone('ghost', 1);
    tracker.tokens('ghost', 5, 2);
    tracker.ended('ghost', 'completed', 3);
    expect(decode(tracker, 4)).to.deep.equal(decode(trackerOf(), 4));
    expect(tracker.inFlight).to.equal(0);
    expect(() => tracker.load('d9', 0)).to.throw(RangeError, 'd9');
    expect(() => tracker.dispatched(request('a'), 'p0', 'd9', 0)).to.throw(RangeError, 'd9');
  });

  it('counts nothing of a request that it refuses: neither half, and not the one that has the id already', () => {
    const tracker = trackerOf();
    for (const [p, d] of [
      ['p0', 'd9'],
      ['p9', 'd0'],
    ] as const)
      expect(() => tracker.dispatched(request('a'), p, d, 5)).to.throw(RangeError, '9');
    expect(tracker.inFlight).to.equal(0);
    expect(tracker.instancesOf('a')).to.deep.equal([]);
    expect(prefill(tracker, 10)).to.deep.equal(prefill(trackerOf(), 10));
    expect(decode(tracker, 10)).to.deep.equal(decode(trackerOf(), 10));
    tracker.dispatched(request('b'), 'p0', 'd0', 10);
    expect(() => tracker.dispatched(request('b'), 'p1', 'd0', 11)).to.throw(RangeError, 'b is under way');
    expect(tracker.instancesOf('b')).to.deep.equal(['p0', 'd0']);
    expect(prefill(tracker, 11, 'p1').waiting).to.deep.equal([]);
    expect([tracker.ended('b', 'completed', 12), tracker.ended('b', 'completed', 13)]).to.deep.equal([true, false]);
    expect(tracker.inFlight).to.equal(0);
  });
});

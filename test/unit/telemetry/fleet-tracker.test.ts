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

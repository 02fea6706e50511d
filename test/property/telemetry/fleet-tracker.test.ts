import { expect } from 'chai';
import fc from 'fast-check';
import { FleetTracker } from '../../../src/telemetry/fleet-tracker.ts';

const INSTANCES = [
  { id: 'p0', role: 'prefill', gpuCount: 1 },
  { id: 'p1', role: 'prefill', gpuCount: 1 },
  { id: 'd0', role: 'decode', gpuCount: 1 },
  { id: 'd1', role: 'decode', gpuCount: 1 },
] as const;

/** Whatever a network may do: events late, twice, out of order, of requests that never were. */
const events = fc.array(
  fc.record({
    kind: fc.constantFrom('dispatched' as const, 'prefillDone' as const, 'tokens' as const, 'tokens' as const, 'ended' as const),
    number: fc.integer({ min: 0, max: 15 }),
    count: fc.integer({ min: 1, max: 50 }),
    how: fc.constantFrom('completed' as const, 'failed' as const, 'cancelled' as const),
    afterMs: fc.integer({ min: 0, max: 300 }),
  }),
  { maxLength: 150 },
);

type Plan = typeof events extends fc.Arbitrary<infer T> ? T : never;

/** Plays the plan; an id is dispatched at most once, as a gateway's are unique. */
const play = (tracker: FleetTracker, plan: Plan, check: (nowMs: number) => void): number => {
  const dispatched = new Set<string>();
  let nowMs = 0;
  for (const { kind, number, count, how, afterMs } of plan) {
    const id = `r${number}`;
    nowMs += afterMs;
    if (kind === 'dispatched' && !dispatched.has(id)) {
      dispatched.add(id);
      tracker.dispatched({ id, arrivalMs: nowMs, promptTokens: 10 * count }, `p${number % 2}`, `d${count % 2}`, nowMs);
    } else if (kind === 'prefillDone') tracker.prefillDone(id, nowMs);
    else if (kind === 'tokens') tracker.tokens(id, count, nowMs);
    else if (kind === 'ended') tracker.ended(id, how, nowMs);
    check(nowMs);
  }
  for (let number = 0; number <= 15; number++) tracker.ended(`r${number}`, 'completed', nowMs);
  return nowMs;
};

const countsOf = (tracker: FleetTracker, nowMs: number) =>
  INSTANCES.map(({ id }) => tracker.load(id, nowMs)).map((load) =>
    load.phase === 'prefill'
      ? { requests: load.waiting.length, tokens: load.waiting.reduce((sum, { promptTokens }) => sum + promptTokens, 0), load }
      : { requests: load.batch + load.incoming, tokens: load.kvTokens, load },
  );

describe('properties of the fleet tracker', () => {
  it('no load is ever negative or not a number, and idle means exactly that nothing is there', () => {
    fc.assert(
      fc.property(events, (plan) => {
        const tracker = new FleetTracker(INSTANCES);
        play(tracker, plan, (nowMs) => {
          for (const { requests, tokens, load } of countsOf(tracker, nowMs)) {
            expect(requests).to.be.at.least(0);
            expect(tokens).to.be.at.least(0);
            expect(load.requestRatePerS).to.be.at.least(0).and.satisfy(Number.isFinite);
            expect(load.idleSinceMs !== null).to.equal(requests === 0);
            if (load.phase === 'decode') expect(load.batch).to.be.at.least(0);
            else expect(load.headSinceMs !== null).to.equal(requests > 0);
          }
        });
      }),
      { numRuns: 150 },
    );
  });

  it('every request in flight is at exactly one decode instance, and all is zero once all have ended', () => {
    fc.assert(
      fc.property(events, (plan) => {
        const tracker = new FleetTracker(INSTANCES);
        const endMs = play(tracker, plan, (nowMs) => {
          const [p0, p1, d0, d1] = countsOf(tracker, nowMs).map(({ requests }) => requests) as [number, number, number, number];
          expect(d0 + d1).to.equal(tracker.inFlight);
          expect(p0 + p1).to.be.at.most(tracker.inFlight);
        });
        expect(tracker.inFlight).to.equal(0);
        for (const { requests, tokens } of countsOf(tracker, endMs)) expect([requests, tokens]).to.deep.equal([0, 0]);
      }),
      { numRuns: 150 },
    );
  });
});

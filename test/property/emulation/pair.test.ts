import { expect } from 'chai';
import fc from 'fast-check';
import { createEmulatedInstance } from '../../../src/emulation/instance.ts';
import type { EmulatedInstance, EngineEvent } from '../../../src/emulation/types.ts';
import { a100WithRoom, specOf } from '../../fixtures/devices.ts';
import { endsOf, idsOf, ofKind } from '../../fixtures/emulation.ts';

const ROOM_TOKENS = 1500;
const arrivals = fc.array(
  fc.record({
    gapMs: fc.integer({ min: 0, max: 100 }),
    promptTokens: fc.integer({ min: 1, max: 700 }),
    maxTokens: fc.integer({ min: 1, max: 60 }),
  }),
  { minLength: 1, maxLength: 12 },
);

interface Pair {
  readonly prefill: EmulatedInstance;
  readonly decode: EmulatedInstance;
  readonly prefillEvents: EngineEvent[];
  readonly decodeEvents: EngineEvent[];
}

/** Carries word from one side to the other at the very time, as the wire between two engines would. */
const step = ({ prefill, decode, prefillEvents, decodeEvents }: Pair, nowMs: number): void => {
  for (let quiet = false; !quiet;) {
    const fromDecode = decode.advance(nowMs);
    for (const { room } of ofKind(fromDecode, 'kv-wanted')) prefill.peerArrived(room, nowMs);
    const fromPrefill = prefill.advance(nowMs);
    for (const { room } of ofKind(fromPrefill, 'kv-ready')) decode.kvArrived(room, nowMs);
    decodeEvents.push(...fromDecode);
    prefillEvents.push(...fromPrefill);
    quiet = fromDecode.length + fromPrefill.length === 0;
  }
};

const runUntil = (pair: Pair, limitMs: number): void => {
  for (;;) {
    const nextMs = Math.min(pair.prefill.nextEventMs(), pair.decode.nextEventMs());
    if (nextMs > limitMs || nextMs === Infinity) return;
    step(pair, nextMs);
  }
};

describe('properties of a prefill and a decode instance that meet', () => {
  it('every request gets exactly its tokens, after its KV, on both sides once; none of the KV stays', () => {
    fc.assert(
      fc.property(arrivals, fc.nat({ max: 1000 }), (requests, seed) => {
        const gpu = a100WithRoom(ROOM_TOKENS);
        const pair: Pair = {
          prefill: createEmulatedInstance(specOf('prefill', { gpu, seed }), 0),
          decode: createEmulatedInstance(specOf('decode', { gpu, seed: seed + 1, engine: { reservedDecodeTokens: 1 } }), 0),
          prefillEvents: [],
          decodeEvents: [],
        };
        let atMs = 0;
        requests.forEach(({ gapMs, ...lengths }, i) => {
          runUntil(pair, (atMs += gapMs));
          for (const machine of [pair.prefill, pair.decode]) machine.submit({ id: `r${i}`, room: i + 1, ...lengths }, atMs);
          step(pair, atMs);
        });
        runUntil(pair, Infinity);
        const ids = requests.map((_, i) => `r${i}`);
        expect(idsOf(endsOf(pair.prefillEvents))).to.have.members(ids);
        expect(idsOf(ofKind(pair.decodeEvents, 'finished'))).to.have.members(ids);
        requests.forEach(({ maxTokens }, i) => {
          const tokens = ofKind(pair.decodeEvents, 'token').filter(({ id }) => id === `r${i}`);
          expect(tokens.map(({ index }) => index)).to.deep.equal(Array.from({ length: maxTokens }, (_, token) => token));
          expect(tokens[0]!.atMs).to.be.above(ofKind(pair.prefillEvents, 'kv-ready').find(({ id }) => id === `r${i}`)!.atMs);
        });
        for (const machine of [pair.prefill, pair.decode]) expect(machine.load()).to.include({ running: 0, waiting: 0, kvTokens: 0 });
      }),
      { numRuns: 60 },
    );
  });
});

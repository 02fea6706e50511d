import { expect } from 'chai';
import fc from 'fast-check';
import { createEmulatedInstance } from '../../../src/emulation/instance.ts';
import type { EmulatedInstance, EmulatedRequest, EngineEvent } from '../../../src/emulation/types.ts';
import { a100WithRoom, specOf } from '../../fixtures/devices.ts';
import { endsOf, ofKind } from '../../fixtures/emulation.ts';

const ROOM_TOKENS = 600;
/** Small enough to fill the room often, a request now and then too large for it. */
const requests = fc.array(
  fc.record({
    gapMs: fc.integer({ min: 0, max: 60 }),
    promptTokens: fc.integer({ min: 1, max: 300 }),
    maxTokens: fc.integer({ min: 1, max: 80 }).map((tokens) => (tokens === 80 ? 500 : tokens)),
  }),
  { minLength: 1, maxLength: 14 },
);
const engines = fc.record({ reservedDecodeTokens: fc.constantFrom(1, 16, 512), maxRunningDecode: fc.constantFrom(2, 1024) });
const seeds = fc.integer({ min: 0, max: 1000 });

interface Outcome {
  readonly events: readonly EngineEvent[];
  readonly endMs: number;
  readonly submitted: readonly EmulatedRequest[];
}

const checkRoom = (machine: EmulatedInstance): void => {
  const { running, waiting, kvTokens, kvCapacityTokens } = machine.load();
  expect(kvTokens).to.be.within(0, kvCapacityTokens);
  expect(Math.min(running, waiting)).to.be.at.least(0);
};

/** Submits each at its time and plays every event at its own; `onStep` sees every moment at which something changed. */
const play = (
  machine: EmulatedInstance,
  arrivals: readonly { gapMs: number; promptTokens: number; maxTokens: number }[],
  onStep: (nowMs: number) => void = () => undefined,
): Outcome => {
  const events: EngineEvent[] = [];
  const submitted: EmulatedRequest[] = [];
  let nowMs = 0;
  const until = (limitMs: number): void => {
    for (let nextMs = machine.nextEventMs(); nextMs <= limitMs && nextMs < Infinity; nextMs = machine.nextEventMs()) {
      events.push(...machine.advance(nextMs));
      nowMs = nextMs;
      checkRoom(machine);
      onStep(nowMs);
    }
  };
  let atMs = 0;
  arrivals.forEach(({ gapMs, promptTokens, maxTokens }, i) => {
    atMs += gapMs;
    until(atMs);
    const request = { id: `r${i}`, room: 0, promptTokens, maxTokens };
    submitted.push(request);
    machine.submit(request, atMs);
    events.push(...machine.advance(atMs));
    nowMs = atMs;
    onStep(atMs);
  });
  until(Infinity);
  return { events, endMs: nowMs, submitted };
};

describe('properties of an emulated decode instance under KV shortage', () => {
  it('ends every request exactly once, with exactly its tokens in order, and frees all KV', () => {
    fc.assert(
      fc.property(requests, engines, seeds, (arrivals, engine, seed) => {
        const machine = createEmulatedInstance(specOf('decode', { gpu: a100WithRoom(ROOM_TOKENS), engine, seed }), 0);
        const { events, submitted } = play(machine, arrivals);
        for (const { id, promptTokens, maxTokens } of submitted) {
          const own = events.filter((event) => event.id === id);
          expect(endsOf(own)).to.have.length(1);
          const fits = promptTokens + maxTokens <= ROOM_TOKENS;
          expect(own.at(-1)!.kind).to.equal(fits ? 'finished' : 'failed');
          expect(ofKind(own, 'token').map(({ index }) => index)).to.deep.equal(fits ? Array.from({ length: maxTokens }, (_, i) => i) : []);
        }
        expect(machine.load()).to.deep.equal({ running: 0, waiting: 0, kvTokens: 0, kvCapacityTokens: ROOM_TOKENS });
      }),
      { numRuns: 100 },
    );
  });

  it('tells what happened in order of time', () => {
    fc.assert(
      fc.property(requests, engines, seeds, (arrivals, engine, seed) => {
        const { events } = play(createEmulatedInstance(specOf('decode', { gpu: a100WithRoom(ROOM_TOKENS), engine, seed }), 0), arrivals);
        const times = events.map(({ atMs }) => atMs);
        expect(times).to.deep.equal([...times].sort((a, b) => a - b));
      }),
      { numRuns: 50 },
    );
  });

  it('counts energy that never falls and is the integral of its power', () => {
    fc.assert(
      fc.property(requests, seeds, (arrivals, seed) => {
        const machine = createEmulatedInstance(specOf('decode', { gpu: a100WithRoom(ROOM_TOKENS), seed }), 0);
        let [lastMs, lastW, integralJ, lastJ] = [0, machine.reading(0).powerW, 0, 0];
        play(machine, arrivals, (nowMs) => {
          const { powerW, energyJ } = machine.reading(nowMs);
          integralJ += (lastW * (nowMs - lastMs)) / 1000;
          expect(energyJ).to.be.at.least(lastJ);
          expect(energyJ).to.be.closeTo(integralJ, 1e-6);
          [lastMs, lastW, lastJ] = [nowMs, powerW, energyJ];
        });
      }),
      { numRuns: 50 },
    );
  });
});

import { expect } from 'chai';
import fc from 'fast-check';
import type { EngineRole } from '../../../src/domain/instance.ts';
import { createEmulatedInstance } from '../../../src/emulation/instance.ts';
import type { EmulatedInstanceSpec, EngineEvent } from '../../../src/emulation/types.ts';
import { a100WithRoom, specOf } from '../../fixtures/devices.ts';
import { drain, endsOf } from '../../fixtures/emulation.ts';

const ROOM = 3000;
const SPEC: EmulatedInstanceSpec<EngineRole> = { ...specOf('decode', { gpu: a100WithRoom(ROOM) }), role: 'aggregated' };

const asked = fc.record({
  atMs: fc.integer({ min: 0, max: 2000 }),
  promptTokens: fc.integer({ min: 1, max: 1500 }),
  maxTokens: fc.integer({ min: 1, max: 60 }),
  cancelAfterMs: fc.option(fc.integer({ min: 0, max: 500 }), { nil: null }),
});

describe('properties of an emulated instance that does both phases', () => {
  it('gives everybody its tokens in order and ends it once; the cancelled go silently, and no KV stays', () => {
    fc.assert(
      fc.property(fc.array(asked, { minLength: 1, maxLength: 12 }), (requests) => {
        const machine = createEmulatedInstance(SPEC, 0);
        const steps = requests.flatMap((request, at) => {
          const id = `r${at}`;
          const { atMs, cancelAfterMs, promptTokens, maxTokens } = request;
          const submit = () => machine.submit({ id, room: 0, promptTokens, maxTokens, phase: 'both' }, atMs);
          const cancelMs = atMs + (cancelAfterMs ?? 0);
          return [{ atMs, act: submit }, ...(cancelAfterMs === null ? [] : [{ atMs: cancelMs, act: () => machine.cancel(id, cancelMs) }])];
        });
        const events: EngineEvent[] = [];
        for (const { atMs, act } of [...steps].sort((a, b) => a.atMs - b.atMs)) {
          act();
          events.push(...machine.advance(atMs));
          expect(machine.load().kvTokens).to.be.within(0, ROOM);
        }
        events.push(...drain(machine));
        expect(machine.load()).to.include({ running: 0, waiting: 0, kvTokens: 0 });
        for (const [at, { maxTokens, cancelAfterMs }] of requests.entries()) {
          const own = events.filter(({ id }) => id === `r${at}`);
          const indices = own.flatMap((event) => (event.kind === 'token' ? [event.index] : []));
          expect(indices).to.deep.equal(indices.map((_, index) => index));
          expect(endsOf(own).length).to.be.at.most(1);
          if (cancelAfterMs === null) expect([indices.length, endsOf(own).length]).to.deep.equal([maxTokens, 1]);
        }
      }),
      { numRuns: 60 },
    );
  });
});

import { expect } from 'chai';
import fc from 'fast-check';
import type { Role } from '../../../src/domain/instance.ts';
import { createEmulatedInstance } from '../../../src/emulation/instance.ts';
import type { EmulatedInstance, EngineEvent } from '../../../src/emulation/types.ts';
import { a100WithRoom, CLOCKS_MHZ, specOf } from '../../fixtures/devices.ts';
import { endsOf } from '../../fixtures/emulation.ts';

const ROOM_TOKENS = 2000;
const TIMEOUT_MS = 300;
const END_MS = 1e6;
/** Devices and their sensors differ from the card by less. */
const SENSOR_GAIN = 0.2;

/** What happens to an instance from outside, as chosen by chance: requests, peers, cancellations, locks. */
type Action =
  | { readonly kind: 'submit'; readonly i: number; readonly promptTokens: number; readonly maxTokens: number; readonly paired: boolean }
  | { readonly kind: 'meet' | 'part' | 'cancel'; readonly i: number }
  | { readonly kind: 'lock'; readonly clockMhz: number | null };

const index = fc.nat({ max: 11 });
const actions: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('submit' as const),
      i: index,
      promptTokens: fc.integer({ min: 1, max: 900 }),
      maxTokens: fc.integer({ min: 1, max: 40 }),
      paired: fc.boolean(),
    }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constantFrom('meet' as const, 'cancel' as const, 'part' as const), i: index }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('lock' as const), clockMhz: fc.option(fc.constantFrom(...CLOCKS_MHZ)) }) },
);

/** Both sides' inputs go to either role: the other side's are none of its business. */
const perform = (machine: EmulatedInstance, action: Action, nowMs: number): void => {
  if (action.kind === 'lock') return void machine.lockClock(action.clockMhz, nowMs);
  const [id, room] = [`r${action.i}`, action.i + 1];
  if (action.kind === 'submit')
    return machine.submit({ id, room: action.paired ? room : 0, promptTokens: action.promptTokens, maxTokens: action.maxTokens }, nowMs);
  if (action.kind === 'cancel') return machine.cancel(id, nowMs);
  if (action.kind === 'meet') {
    machine.peerArrived(room, nowMs);
    return machine.kvArrived(room, nowMs);
  }
  machine.peerGone(room, nowMs);
  machine.kvFailed(room, 'parted', nowMs);
};

interface Input {
  readonly atMs: number;
  readonly action: Action;
}

const scripts = fc.array(fc.tuple(fc.integer({ min: 0, max: 80 }), actions), { minLength: 1, maxLength: 30 }).map((steps) => {
  const submitted = new Set<number>();
  const isRepeated = (action: Action): boolean => action.kind === 'submit' && (submitted.has(action.i) || !submitted.add(action.i));
  let atMs = 0;
  return steps.filter(([, action]) => !isRepeated(action)).map(([gapMs, action]): Input => ({ atMs: (atMs += gapMs), action }));
});

const start = (role: Role, seed: number): EmulatedInstance =>
  createEmulatedInstance(
    specOf(role, {
      gpu: a100WithRoom(ROOM_TOKENS),
      engine: { rendezvousTimeoutMs: TIMEOUT_MS, chunkTokens: 512, reservedDecodeTokens: 8 },
      seed,
    }),
    0,
  );

interface Trace {
  readonly events: readonly EngineEvent[];
  readonly energyJ: number;
  readonly machine: EmulatedInstance;
}

/** @param poll called between two inputs: whoever owns the machine and looks when it likes */
const play = (
  role: Role,
  seed: number,
  script: readonly Input[],
  poll: (machine: EmulatedInstance, fromMs: number, toMs: number) => EngineEvent[],
): Trace => {
  const machine = start(role, seed);
  const events: EngineEvent[] = [];
  let fromMs = 0;
  for (const { atMs, action } of script) {
    events.push(...poll(machine, fromMs, atMs));
    perform(machine, action, atMs);
    fromMs = atMs;
  }
  events.push(...poll(machine, fromMs, END_MS), ...machine.advance(END_MS));
  return { events, energyJ: machine.reading(END_MS).energyJ, machine };
};

const punctual = (machine: EmulatedInstance, _: number, toMs: number): EngineEvent[] => {
  const events: EngineEvent[] = [];
  while (machine.nextEventMs() < toMs) events.push(...machine.advance(machine.nextEventMs()));
  return events;
};

const never = (): EngineEvent[] => [];

const every =
  (stepMs: number) =>
  (machine: EmulatedInstance, fromMs: number, toMs: number): EngineEvent[] => {
    const events: EngineEvent[] = [];
    for (let nowMs = fromMs; nowMs < Math.min(toMs, fromMs + 5000); nowMs += stepMs) {
      machine.reading(nowMs);
      events.push(...machine.advance(nowMs));
    }
    return events;
  };

const roles = fc.constantFrom<Role>('prefill', 'decode');
const seeds = fc.nat({ max: 1000 });

describe('properties of an emulated instance under any inputs', () => {
  it('tells the same events at the same times, and the same energy, however late it is asked', () => {
    fc.assert(
      fc.property(roles, seeds, scripts, fc.double({ min: 0.7, max: 400, noNaN: true }), (role, seed, script, stepMs) => {
        const expected = play(role, seed, script, punctual);
        for (const poll of [never, every(stepMs)]) {
          const actual = play(role, seed, script, poll);
          expect(actual.events).to.deep.equal(expected.events);
          expect(actual.energyJ).to.equal(expected.energyJ);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('ends a request once at most, is silent about the cancelled, and has nothing left in the end', () => {
    fc.assert(
      fc.property(roles, seeds, scripts, (role, seed, script) => {
        const { events, machine } = play(role, seed, script, punctual);
        const ends = endsOf(events).map(({ id }) => id);
        expect(new Set(ends).size).to.equal(ends.length);
        for (const end of endsOf(events)) expect(events.filter(({ id }) => id === end.id).at(-1)).to.equal(end);
        expect(machine.load()).to.deep.equal({ running: 0, waiting: 0, kvTokens: 0, kvCapacityTokens: ROOM_TOKENS });
        expect(machine.nextEventMs()).to.equal(Infinity);
      }),
      { numRuns: 150 },
    );
  });

  it('gives away no token and repeats none: all of them to who finishes, in order, the first few to who does not', () => {
    fc.assert(
      fc.property(roles, seeds, scripts, (role, seed, script) => {
        const { events } = play(role, seed, script, punctual);
        for (const { action } of script) {
          if (action.kind !== 'submit') continue;
          const own = events.filter(({ id }) => id === `r${action.i}`);
          const tokens = own.flatMap((event) => (event.kind === 'token' ? [event.index] : []));
          expect(tokens).to.deep.equal(tokens.map((_, i) => i));
          const all = role === 'decode' ? action.maxTokens : tokens.length;
          if (own.at(-1)?.kind === 'finished') expect(tokens).to.have.length(all);
          else expect(tokens.length).to.be.at.most(all);
          const ready = own.flatMap((event) => (event.kind === 'kv-ready' ? [event.promptTokens] : []));
          expect(ready).to.deep.equal(ready.slice(0, 1).map(() => action.promptTokens));
        }
      }),
      { numRuns: 150 },
    );
  });

  it('draws no less than the least idle power and no more than its limit, over whatever happens', () => {
    const { idleW, limitW } = a100WithRoom(ROOM_TOKENS).power;
    const leastW = Math.min(...idleW.map(([, watts]) => watts));
    fc.assert(
      fc.property(roles, seeds, scripts, (role, seed, script) => {
        const endMs = (script.at(-1)?.atMs ?? 0) + 1;
        const machine = start(role, seed);
        for (const { atMs, action } of script) {
          machine.advance(atMs);
          perform(machine, action, atMs);
        }
        machine.advance(endMs);
        const meanW = (machine.reading(endMs).energyJ / endMs) * 1000;
        expect(meanW).to.be.within(leastW * (1 - SENSOR_GAIN), limitW * (1 + SENSOR_GAIN));
      }),
      { numRuns: 150 },
    );
  });

  it('never holds more KV than it has, counts nobody below zero, and never counts energy back', () => {
    fc.assert(
      fc.property(roles, seeds, scripts, (role, seed, script) => {
        let lastJ = 0;
        const check = (machine: EmulatedInstance, nowMs: number): void => {
          const { running, waiting, kvTokens } = machine.load();
          expect(Math.min(running, waiting, kvTokens)).to.be.at.least(0);
          expect(kvTokens).to.be.at.most(ROOM_TOKENS);
          const { energyJ } = machine.reading(nowMs);
          expect(energyJ).to.be.at.least(lastJ);
          lastJ = energyJ;
        };
        play(role, seed, script, (machine, fromMs, toMs) => {
          const events: EngineEvent[] = [];
          check(machine, fromMs);
          while (machine.nextEventMs() < toMs) {
            const nowMs = machine.nextEventMs();
            events.push(...machine.advance(nowMs));
            check(machine, nowMs);
          }
          return events;
        });
      }),
      { numRuns: 100 },
    );
  });
});

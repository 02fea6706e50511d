import { expect } from 'chai';
import { createEmulatedInstance, emulatedDevice } from '../../../src/emulation/instance.ts';
import type { EmulatedInstance, EngineEvent } from '../../../src/emulation/types.ts';
import { estimateIteration } from '../../../src/prediction/analytic/estimate.ts';
import { decodeWork } from '../../../src/prediction/analytic/work.ts';
import { a100WithRoom, specOf } from '../../fixtures/devices.ts';
import { drain, idsOf, ofKind } from '../../fixtures/emulation.ts';

const SPEC = specOf('decode');
const submit = (machine: EmulatedInstance, id: string, promptTokens: number, maxTokens: number, nowMs = 0, room = 0): void =>
  machine.submit({ id, room, promptTokens, maxTokens }, nowMs);
const shortOf = (kvTokens: number, engine = {}): EmulatedInstance =>
  createEmulatedInstance(specOf('decode', { gpu: a100WithRoom(kvTokens), engine: { reservedDecodeTokens: 1, ...engine } }), 0);
const firstTokenMs = (events: readonly EngineEvent[], of: string): number => ofKind(events, 'token').find(({ id }) => id === of)!.atMs;
const finishedMs = (events: readonly EngineEvent[], of: string): number => ofKind(events, 'finished').find(({ id }) => id === of)!.atMs;

describe('an emulated decode instance', () => {
  it('yields the first token with the KV, then one an iteration, each on one KV token more', () => {
    const machine = createEmulatedInstance(SPEC, 0);
    submit(machine, 'a', 1000, 4);
    const events = drain(machine);
    expect(events.map(({ kind }) => kind)).to.deep.equal(['token', 'token', 'token', 'token', 'finished']);
    const times = ofKind(events, 'token').map(({ atMs }) => atMs);
    for (const i of [1, 2, 3]) {
      const expectedMs = estimateIteration(emulatedDevice(SPEC), decodeWork(1, 1000 + i - 1), 1410).latencyMs;
      expect(times[i]! - times[i - 1]!).to.be.closeTo(expectedMs, 1e-9);
    }
  });

  it('runs all that hold their KV in one iteration', () => {
    const machine = createEmulatedInstance(SPEC, 0);
    for (const id of ['a', 'b', 'c']) submit(machine, id, 1000, 3);
    const tokens = ofKind(drain(machine), 'token');
    for (const index of [0, 1, 2]) {
      const together = tokens.filter((token) => token.index === index);
      expect(together).to.have.length(3);
      expect(new Set(together.map(({ atMs }) => atMs)).size).to.equal(1);
    }
  });

  it('takes a newcomer into the next iteration', () => {
    const machine = createEmulatedInstance(SPEC, 0);
    submit(machine, 'a', 1000, 50);
    machine.advance(30);
    submit(machine, 'b', 100, 2, 30);
    const tokens = ofKind(drain(machine), 'token');
    const second = tokens.find(({ id, index }) => id === 'b' && index === 1)!;
    expect(tokens.filter(({ id, atMs }) => id === 'a' && atMs === second.atMs)).to.have.length(1);
  });

  it('runs no more than it may, the others in order of arrival', () => {
    const machine = createEmulatedInstance(specOf('decode', { engine: { maxRunningDecode: 2 } }), 0);
    for (const id of ['a', 'b', 'c', 'd']) submit(machine, id, 100, 5);
    machine.advance(machine.nextEventMs());
    expect(machine.load()).to.include({ running: 2, waiting: 2, kvTokens: 202 });
    const events = drain(machine);
    expect(firstTokenMs(events, 'c')).to.be.above(finishedMs(events, 'a'));
    expect(idsOf(ofKind(events, 'finished'))).to.deep.equal(['a', 'b', 'c', 'd']);
  });

  it('refuses what can never fit, at once, and takes what just fits', () => {
    const machine = shortOf(1000);
    submit(machine, 'large', 900, 101);
    expect(machine.advance(0)[0]).to.include({ kind: 'failed', id: 'large', atMs: 0 });
    submit(machine, 'exact', 900, 100);
    expect(drain(machine).at(-1)).to.include({ kind: 'finished', id: 'exact' });
  });
});

describe('decode when KV is short', () => {
  it('admits with a reserve, in order: a short request waits behind a long one that does not fit yet', () => {
    const started = (ids: readonly string[]): { readonly shortMs: number; readonly firstEndMs: number } => {
      const machine = shortOf(1000, { reservedDecodeTokens: 200 });
      const shapes: Record<string, readonly [number, number]> = { a: [500, 300], long: [400, 300], short: [50, 10] };
      for (const id of ids) submit(machine, id, ...shapes[id]!);
      const events = drain(machine);
      return { shortMs: firstTokenMs(events, 'short'), firstEndMs: finishedMs(events, 'a') };
    };
    const behind = started(['a', 'long', 'short']);
    expect(behind.shortMs).to.be.above(behind.firstEndMs);
    expect(started(['a', 'short']).shortMs).to.be.below(20);
  });

  it('puts the youngest back and resumes it later, without repeating a token or giving one away', () => {
    const machine = shortOf(1000);
    const maxTokens: Record<string, number> = { a: 100, b: 200, c: 200 };
    for (const id of ['a', 'b', 'c']) submit(machine, id, 250, maxTokens[id]!);
    let putBackMs = Infinity;
    const events: EngineEvent[] = [];
    for (let runningBefore = 0, nextMs = machine.nextEventMs(); nextMs < Infinity; nextMs = machine.nextEventMs()) {
      const news = machine.advance(nextMs);
      events.push(...news);
      const { running } = machine.load();
      if (running < runningBefore && ofKind(news, 'finished').length === 0) putBackMs = nextMs;
      runningBefore = running;
    }
    const tokens = ofKind(events, 'token');
    for (const id of ['a', 'b', 'c']) {
      expect(tokens.filter((token) => token.id === id).map(({ index }) => index)).to.deep.equal(
        Array.from({ length: maxTokens[id]! }, (_, i) => i),
      );
    }
    expect(putBackMs).to.be.below(finishedMs(events, 'a'));
    const resumed = tokens.filter(({ id, atMs }) => id === 'c' && atMs > finishedMs(events, 'a') && atMs < finishedMs(events, 'b'));
    expect(resumed).to.have.length.above(10);
    // Coming back yields nothing by itself: each token takes an iteration, and all that run share it.
    for (const { atMs } of resumed) expect(tokens.some((other) => other.id === 'b' && other.atMs === atMs)).to.equal(true);
    expect(machine.load()).to.include({ running: 0, waiting: 0, kvTokens: 0 });
  });

  it('holds the room for the tokens in the making: who comes meanwhile cannot take it', () => {
    const machine = shortOf(600);
    for (const [id, tokens] of [
      ['a', 97],
      ['b', 1],
      ['c', 208],
    ] as const)
      submit(machine, id, tokens, 3);
    const startedMs = machine.nextEventMs();
    machine.advance(startedMs + 10);
    submit(machine, 'd', 290, 2, startedMs + 10);
    expect(idsOf(ofKind(drain(machine), 'finished'))).to.have.members(['a', 'b', 'c', 'd']);
  });

  it('starves nobody: a long request gets its turn under a stream of short ones', () => {
    const machine = shortOf(1000, { reservedDecodeTokens: 64 });
    for (let i = 0; i < 40; i++) {
      if (i === 3) submit(machine, 'long', 800, 150, i * 20);
      submit(machine, `short${i}`, 150, 30, i * 20);
    }
    const ends = idsOf(ofKind(drain(machine), 'finished'));
    expect(ends).to.have.length(41);
    expect(ends.indexOf('long')).to.be.below(12);
  });
});

describe('the cancellation of a decode', () => {
  const arrivedAt = (machine: EmulatedInstance): number => {
    machine.kvArrived(9, 10);
    return 11;
  };
  const states: Record<string, (machine: EmulatedInstance) => number> = {
    'waiting for its KV': () => 5,
    'taking its KV over': arrivedAt,
    running: (machine) => {
      arrivedAt(machine);
      machine.advance(60);
      expect(machine.load().running).to.equal(1);
      return 60;
    },
  };

  for (const [name, bring] of Object.entries(states)) {
    it(`leaves nothing behind while ${name}`, () => {
      const machine = createEmulatedInstance(SPEC, 0);
      submit(machine, 'a', 500, 100, 0, 9);
      const nowMs = bring(machine);
      machine.advance(nowMs);
      machine.cancel('a', nowMs);
      expect(machine.load()).to.include({ running: 0, waiting: 0, kvTokens: 0 });
      expect(drain(machine)).to.deep.equal([]);
      machine.kvArrived(9, 1_000_000);
      expect(machine.nextEventMs()).to.equal(Infinity);
    });
  }

  it('lets the next one in when it leaves while waiting for room', () => {
    const machine = shortOf(1000);
    submit(machine, 'a', 900, 50);
    submit(machine, 'blocking', 500, 50);
    submit(machine, 'small', 30, 5);
    machine.cancel('blocking', 1);
    const firsts = ofKind(drain(machine), 'token').filter(({ index }) => index === 0);
    expect(idsOf(firsts)).to.deep.equal(['small', 'a']);
  });

  it('does not disturb those it ran with', () => {
    const machine = createEmulatedInstance(SPEC, 0);
    submit(machine, 'a', 500, 20);
    submit(machine, 'b', 500, 20);
    machine.advance(60);
    machine.cancel('a', 61);
    const rest = drain(machine);
    expect(new Set(idsOf(rest))).to.deep.equal(new Set(['b']));
    expect(rest.at(-1)).to.include({ kind: 'finished', id: 'b' });
  });
});

import { expect } from 'chai';
import { createEmulatedInstance, emulatedDevice } from '../../../src/emulation/instance.ts';
import { kvTransferMs } from '../../../src/emulation/kv-pool.ts';
import type { EmulatedInstance } from '../../../src/emulation/types.ts';
import { estimateIteration } from '../../../src/prediction/analytic/estimate.ts';
import { prefillWork, type PromptChunk } from '../../../src/prediction/analytic/work.ts';
import { a100WithRoom, specOf } from '../../fixtures/devices.ts';
import { drain, idsOf, ofKind } from '../../fixtures/emulation.ts';

const SPEC = specOf('prefill');
const iterationMs = (...chunks: PromptChunk[]): number => estimateIteration(emulatedDevice(SPEC), prefillWork(chunks), 1410).latencyMs;
const whole = (newTokens: number): PromptChunk => ({ newTokens, pastTokens: 0 });
const submit = (machine: EmulatedInstance, id: string, promptTokens: number, nowMs = 0, room = 0): void =>
  machine.submit({ id, room, promptTokens, maxTokens: 1 }, nowMs);

describe('an emulated prefill instance', () => {
  it('computes a prompt in the modelled time and then has no work and no KV', () => {
    const machine = createEmulatedInstance(SPEC, 0);
    submit(machine, 'a', 2000);
    const events = drain(machine);
    expect(events).to.have.length(1);
    expect(events[0]).to.include({ kind: 'finished', id: 'a' });
    expect(events[0]!.atMs).to.be.closeTo(iterationMs(whole(2000)), 1e-9);
    expect(machine.load()).to.include({ running: 0, waiting: 0, kvTokens: 0 });
  });

  it('computes a prompt beyond the chunk in several iterations, the later ones on its own past', () => {
    const machine = createEmulatedInstance(SPEC, 0);
    submit(machine, 'a', 20_000);
    const [first, second] = [whole(16_384), { newTokens: 3616, pastTokens: 16_384 }];
    expect(drain(machine)[0]!.atMs).to.be.closeTo(iterationMs(first) + iterationMs(second), 1e-6);
  });

  it('fills what a chunk leaves with the next prompts', () => {
    const machine = createEmulatedInstance(SPEC, 0);
    submit(machine, 'blocker', 16);
    submit(machine, 'a', 10_000);
    submit(machine, 'b', 10_000);
    const ends = drain(machine);
    expect(idsOf(ends)).to.deep.equal(['blocker', 'a', 'b']);
    const [blockedMs, firstMs, secondMs] = ends.map(({ atMs }) => atMs) as [number, number, number];
    expect(firstMs - blockedMs).to.be.closeTo(iterationMs(whole(10_000), whole(6384)), 1e-6);
    expect(secondMs - firstMs).to.be.closeTo(iterationMs({ newTokens: 3616, pastTokens: 6384 }), 1e-6);
  });

  it('runs what came meanwhile as one batch', () => {
    const machine = createEmulatedInstance(SPEC, 0);
    submit(machine, 'a', 1000);
    for (const id of ['b', 'c', 'd']) submit(machine, id, 500, 1);
    expect(machine.load()).to.include({ running: 1, waiting: 3 });
    const [a, b, c, d] = drain(machine);
    expect(new Set([b!.atMs, c!.atMs, d!.atMs]).size).to.equal(1);
    expect(b!.atMs - a!.atMs).to.be.closeTo(iterationMs(whole(500), whole(500), whole(500)), 1e-6);
  });

  it('takes no more prompts into an iteration than it may run', () => {
    const machine = createEmulatedInstance(specOf('prefill', { engine: { maxRunningPrefill: 2 } }), 0);
    submit(machine, 'a', 1000);
    for (const id of ['b', 'c', 'd']) submit(machine, id, 500, 1);
    const [, b, c, d] = drain(machine);
    expect(b!.atMs).to.equal(c!.atMs);
    expect(d!.atMs).to.be.above(c!.atMs);
  });

  it('is first in, first out when KV is short: a small prompt does not overtake a large one', () => {
    const machine = createEmulatedInstance(specOf('prefill', { gpu: a100WithRoom(1000) }), 0);
    machine.peerArrived(9, 0);
    submit(machine, 'a', 600, 0, 9);
    submit(machine, 'large', 700);
    submit(machine, 'small', 100);
    machine.advance(machine.nextEventMs());
    // Computed, and not yet taken over: `small` would fit beside it.
    expect(machine.load()).to.include({ running: 0, waiting: 2, kvTokens: 600 });
    expect(idsOf(drain(machine))).to.deep.equal(['a', 'large', 'small']);
  });

  it('refuses a prompt that can never fit, at once', () => {
    const machine = createEmulatedInstance(specOf('prefill', { gpu: a100WithRoom(1000) }), 0);
    submit(machine, 'a', 1001, 5);
    const [event] = machine.advance(5);
    expect(event).to.include({ kind: 'failed', id: 'a', atMs: 5 });
    expect(event)
      .to.have.property('reason')
      .that.matches(/1001.*1000/);
    submit(machine, 'b', 1000, 6);
    expect(drain(machine)[0]).to.include({ kind: 'finished', id: 'b' });
  });

  it('keeps the KV until the peer has taken it', () => {
    const machine = createEmulatedInstance(SPEC, 0);
    submit(machine, 'a', 2000, 0, 9);
    machine.peerArrived(9, 0);
    const [ready] = machine.advance(machine.nextEventMs());
    expect(ready).to.include({ kind: 'kv-ready', id: 'a', room: 9, promptTokens: 2000 });
    expect(machine.load()).to.include({ running: 0, waiting: 0, kvTokens: 2000 });
    const [finished] = drain(machine);
    expect(finished!.atMs - ready!.atMs).to.be.closeTo(kvTransferMs(2000, 131_072, SPEC.engine.kvTransfer), 1e-9);
    expect(machine.load().kvTokens).to.equal(0);
  });
});

describe('the cancellation of a prefill', () => {
  /** Brings request `a` of room 9 into a state. */
  const states: Record<string, (machine: EmulatedInstance) => number> = {
    'waiting for its peer': () => 0,
    'waiting behind another': (machine) => {
      submit(machine, 'other', 4000);
      machine.peerArrived(9, 0);
      return 1;
    },
    computing: (machine) => {
      machine.peerArrived(9, 0);
      return 1;
    },
    'handing over': (machine) => {
      machine.peerArrived(9, 0);
      const readyMs = machine.nextEventMs();
      expect(ofKind(machine.advance(readyMs), 'kv-ready')).to.have.length(1);
      return readyMs;
    },
  };

  for (const [name, bring] of Object.entries(states)) {
    it(`leaves nothing behind while ${name}`, () => {
      const machine = createEmulatedInstance(SPEC, 0);
      if (name === 'waiting behind another') submit(machine, 'first', 4000);
      submit(machine, 'a', 2000, 0, 9);
      const nowMs = bring(machine);
      machine.cancel('a', nowMs);
      expect(machine.load().waiting).to.be.at.least(0);
      expect(machine.load().running).to.be.at.least(0);
      const events = drain(machine);
      expect(idsOf(events)).to.not.include('a');
      expect(machine.load()).to.include({ running: 0, waiting: 0, kvTokens: 0 });
      submit(machine, 'next', 500, 100_000);
      expect(idsOf(drain(machine))).to.deep.equal(['next']);
    });
  }

  it('counts nobody twice while its iteration runs on', () => {
    const machine = createEmulatedInstance(SPEC, 0);
    submit(machine, 'a', 2000);
    submit(machine, 'b', 2000, 1);
    machine.cancel('a', 2);
    expect(machine.load()).to.include({ running: 0, waiting: 1, kvTokens: 0 });
  });

  it('is of no interest for an id that nobody knows', () => {
    const machine = createEmulatedInstance(SPEC, 0);
    submit(machine, 'a', 2000);
    machine.cancel('nobody', 1);
    expect(idsOf(drain(machine))).to.deep.equal(['a']);
  });
});

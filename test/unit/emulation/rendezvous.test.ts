import { expect } from 'chai';
import { createEmulatedInstance } from '../../../src/emulation/instance.ts';
import type { EmulatedInstance } from '../../../src/emulation/types.ts';
import { specOf } from '../../fixtures/devices.ts';
import { drain, idsOf, ofKind } from '../../fixtures/emulation.ts';

const TIMEOUT_MS = 2000;
const engine = { rendezvousTimeoutMs: TIMEOUT_MS };
const REQUEST = { id: 'a', room: 9, promptTokens: 1000, maxTokens: 3 };

describe('the rendezvous, seen from prefill', () => {
  const start = (): EmulatedInstance => createEmulatedInstance(specOf('prefill', { engine }), 0);

  it('computes nothing before the peer asks', () => {
    const machine = start();
    machine.submit(REQUEST, 0);
    expect(machine.load()).to.include({ running: 0, waiting: 1, kvTokens: 0 });
    machine.peerArrived(9, 500);
    expect(machine.load()).to.include({ running: 1, waiting: 0 });
    expect(drain(machine).map(({ kind }) => kind)).to.deep.equal(['kv-ready', 'finished']);
  });

  it('fails in time when nobody comes, or comes to another room', () => {
    for (const visited of [[], [8], [8, 10]]) {
      const machine = start();
      machine.submit(REQUEST, 100);
      for (const room of visited) machine.peerArrived(room, 200);
      const events = drain(machine);
      expect(events).to.have.length(1);
      expect(events[0]).to.deep.include({ kind: 'failed', id: 'a', atMs: 100 + TIMEOUT_MS });
      expect(machine.load()).to.include({ waiting: 0, kvTokens: 0 });
    }
  });

  it('lets a peer come early, to its own room alone', () => {
    const machine = start();
    machine.peerArrived(9, 0);
    machine.submit({ ...REQUEST, id: 'other', room: 8 }, 50);
    machine.submit(REQUEST, 50);
    const events = drain(machine);
    expect(idsOf(ofKind(events, 'kv-ready'))).to.deep.equal(['a']);
    expect(idsOf(ofKind(events, 'failed'))).to.deep.equal(['other']);
  });

  it('serves an early peer once', () => {
    const machine = start();
    machine.peerArrived(9, 0);
    machine.submit(REQUEST, 0);
    drain(machine);
    machine.submit({ ...REQUEST, id: 'again' }, 10_000);
    expect(drain(machine)).to.deep.include.members([
      { kind: 'failed', id: 'again', reason: 'no decode peer asked for the KV in time', atMs: 10_000 + TIMEOUT_MS },
    ]);
  });

  it('forgets an early peer that went away', () => {
    const machine = start();
    machine.peerArrived(9, 0);
    machine.peerGone(9, 10);
    machine.submit(REQUEST, 20);
    expect(drain(machine)[0]).to.include({ kind: 'failed', atMs: 20 + TIMEOUT_MS });
  });

  it('fails at once when the peer goes before the KV is ready, and frees it', () => {
    const machine = start();
    machine.submit(REQUEST, 0);
    machine.peerArrived(9, 0);
    machine.peerGone(9, 5);
    expect(machine.advance(5)).to.deep.equal([{ kind: 'failed', id: 'a', reason: 'the decode peer went away', atMs: 5 }]);
    expect(machine.load()).to.include({ running: 0, waiting: 0, kvTokens: 0 });
    expect(drain(machine)).to.deep.equal([]);
  });

  it('ends well when the peer goes once it has the KV', () => {
    const machine = start();
    machine.submit(REQUEST, 0);
    machine.peerArrived(9, 0);
    const readyMs = machine.nextEventMs();
    machine.advance(readyMs);
    machine.peerGone(9, readyMs);
    expect(drain(machine).map(({ kind }) => kind)).to.deep.equal(['finished']);
  });

  it('computes the prompt once, however often the peer asks', () => {
    const machine = start();
    machine.submit(REQUEST, 0);
    machine.peerArrived(9, 0);
    machine.peerArrived(9, 1);
    const readyMs = machine.nextEventMs();
    const events = machine.advance(readyMs);
    machine.peerArrived(9, readyMs);
    events.push(...drain(machine));
    expect(events.map(({ kind }) => kind)).to.deep.equal(['kv-ready', 'finished']);
  });
});

describe('the rendezvous, seen from decode', () => {
  const start = (): EmulatedInstance => {
    const machine = createEmulatedInstance(specOf('decode', { engine }), 0);
    machine.submit(REQUEST, 100);
    return machine;
  };

  it('asks for the KV once there is room, and yields no token before it has come', () => {
    const machine = start();
    expect(machine.advance(100)).to.deep.equal([{ kind: 'kv-wanted', id: 'a', room: 9, atMs: 100 }]);
    expect(machine.load()).to.include({ running: 0, waiting: 1, kvTokens: 1000 });
    machine.kvArrived(9, 600);
    const tokens = ofKind(drain(machine), 'token');
    expect(tokens).to.have.length(3);
    // 128 KiB a token at 25 GB/s, and the set-up.
    expect(tokens[0]!.atMs - 600).to.be.closeTo(1.5 + (1000 * 131_072) / 25e6, 1e-9);
  });

  it('fails in time when the KV never comes, or comes to another room', () => {
    for (const delivered of [[], [8]]) {
      const machine = start();
      for (const room of delivered) machine.kvArrived(room, 200);
      expect(drain(machine).at(-1)).to.include({ kind: 'failed', id: 'a', atMs: 100 + TIMEOUT_MS });
      expect(machine.load()).to.include({ waiting: 0, kvTokens: 0 });
    }
  });

  it('fails with the reason that the peer gave', () => {
    const machine = start();
    machine.advance(100);
    machine.kvFailed(8, 'another room', 200);
    machine.kvFailed(9, 'out of luck', 300);
    expect(machine.advance(300)).to.deep.equal([{ kind: 'failed', id: 'a', reason: 'out of luck', atMs: 300 }]);
    expect(machine.load()).to.include({ waiting: 0, kvTokens: 0 });
    expect(machine.nextEventMs()).to.equal(Infinity);
  });

  it('is over once the transfer has begun: a late failure or timeout changes nothing', () => {
    const machine = start();
    machine.kvArrived(9, 100 + TIMEOUT_MS - 1);
    machine.kvFailed(9, 'too late', 100 + TIMEOUT_MS);
    expect(drain(machine).at(-1)).to.include({ kind: 'finished', id: 'a' });
  });
});

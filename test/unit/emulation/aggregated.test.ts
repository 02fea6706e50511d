import { expect } from 'chai';
import { createEmulatedInstance, emulatedDevice } from '../../../src/emulation/instance.ts';
import type { EmulatedInstance, EmulatedInstanceSpec, EngineEvent } from '../../../src/emulation/types.ts';
import type { EngineRole } from '../../../src/domain/instance.ts';
import { estimateIteration } from '../../../src/prediction/analytic/estimate.ts';
import { prefillWork } from '../../../src/prediction/analytic/work.ts';
import { a100WithRoom, specOf } from '../../fixtures/devices.ts';
import { drain, endsOf, idsOf, ofKind } from '../../fixtures/emulation.ts';

const SPEC: EmulatedInstanceSpec<EngineRole> = { ...specOf('decode'), role: 'aggregated' };
const prefillMs = (newTokens: number): number =>
  estimateIteration(emulatedDevice(SPEC), prefillWork([{ newTokens, pastTokens: 0 }]), 1410).latencyMs;
const submit = (machine: EmulatedInstance, id: string, promptTokens: number, maxTokens: number, nowMs = 0): void =>
  machine.submit({ id, room: 0, promptTokens, maxTokens, phase: 'both' }, nowMs);
const tokensOf = (events: readonly EngineEvent[], id: string): number[] =>
  ofKind(events, 'token')
    .filter((event) => event.id === id)
    .map(({ atMs }) => atMs);

describe('an emulated instance that does both phases', () => {
  it('gives the first token when the prompt is computed: KV has no way to go', () => {
    const machine = createEmulatedInstance(SPEC, 0);
    submit(machine, 'a', 2000, 3);
    const events = drain(machine);
    expect(tokensOf(events, 'a')).to.have.length(3);
    expect(tokensOf(events, 'a')[0]).to.be.closeTo(prefillMs(2000), 1e-6);
    expect(idsOf(endsOf(events))).to.deep.equal(['a']);
    expect(machine.load()).to.include({ running: 0, waiting: 0, kvTokens: 0 });
  });

  it('lets decode stand still while a prompt is computed', () => {
    const machine = createEmulatedInstance(SPEC, 0);
    submit(machine, 'runs', 100, 200);
    const before = machine.advance(500);
    const lastMs = tokensOf(before, 'runs').at(-1)!;
    submit(machine, 'long', 8000, 1, 500);
    const events = [...before, ...drain(machine)];
    const gaps = tokensOf(events, 'runs').map((atMs, at, all) => (at === 0 ? 0 : atMs - all[at - 1]!));
    expect(lastMs).to.be.above(0);
    expect(Math.max(...gaps)).to.be.above(prefillMs(8000));
    expect(gaps.filter((gap) => gap > prefillMs(8000))).to.have.length(1);
    expect(tokensOf(events, 'runs')).to.have.length(200);
  });

  it('has one room for both phases, and everybody gets through it', () => {
    const machine = createEmulatedInstance({ ...SPEC, gpu: a100WithRoom(3000) }, 0);
    for (let i = 0; i < 8; i++) submit(machine, `r${i}`, 1000, 100);
    const capacity = machine.load().kvCapacityTokens;
    const events: EngineEvent[] = [];
    for (let nextMs = machine.nextEventMs(); nextMs < Infinity; nextMs = machine.nextEventMs()) {
      events.push(...machine.advance(nextMs));
      expect(machine.load().kvTokens).to.be.at.most(capacity);
    }
    expect(ofKind(events, 'finished')).to.have.length(8);
    for (let i = 0; i < 8; i++) expect(tokensOf(events, `r${i}`)).to.have.length(100);
    expect(machine.load().kvTokens).to.equal(0);
  });

  it('refuses at once what never fits', () => {
    const machine = createEmulatedInstance({ ...SPEC, gpu: a100WithRoom(3000) }, 0);
    submit(machine, 'a', 2900, 10_000);
    expect(ofKind(machine.advance(0), 'failed')[0]!.reason).to.match(/exceed the KV room/);
  });

  it('forgets a cancelled request in either phase', () => {
    for (const atMs of [1, 100]) {
      const machine = createEmulatedInstance(SPEC, 0);
      submit(machine, 'a', 2000, 500);
      machine.advance(atMs);
      machine.cancel('a', atMs);
      expect(endsOf(drain(machine))).to.deep.equal([]);
      expect(machine.load()).to.include({ running: 0, waiting: 0, kvTokens: 0 });
    }
  });
});

describe('an emulated prefill instance that holds KV', () => {
  const held = (machine: EmulatedInstance): void => machine.submit({ id: 'a', room: 4, promptTokens: 2000, maxTokens: 1, holds: true }, 0);

  it('computes without a peer, and then waits for it as long as it takes', () => {
    const machine = createEmulatedInstance(specOf('prefill'), 0);
    held(machine);
    expect(drain(machine).map(({ kind }) => kind)).to.deep.equal(['kv-ready']);
    expect(machine.load()).to.include({ running: 0, waiting: 0, kvTokens: 2000 });
    machine.peerArrived(4, 1e6);
    expect(drain(machine).map(({ kind }) => kind)).to.deep.equal(['finished']);
    expect(machine.load().kvTokens).to.equal(0);
  });

  it('hands over at once to a peer that came before', () => {
    const machine = createEmulatedInstance(specOf('prefill'), 0);
    held(machine);
    machine.peerArrived(4, 1);
    expect(drain(machine).map(({ kind }) => kind)).to.deep.equal(['kv-ready', 'finished']);
  });

  it('is rid of it when somebody cancels it', () => {
    const machine = createEmulatedInstance(specOf('prefill'), 0);
    held(machine);
    drain(machine);
    machine.cancel('a', 1e6);
    expect(drain(machine)).to.deep.equal([]);
    expect(machine.load().kvTokens).to.equal(0);
  });
});

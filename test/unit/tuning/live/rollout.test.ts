import { expect } from 'chai';
import type { LiveFault } from '../../../../src/domain/live-tuning.ts';
import { VoltanaError } from '../../../../src/domain/errors.ts';
import { createGuard } from '../../../../src/tuning/live/guard.ts';
import { SLO, slowed, World } from './world.ts';

const fault = (kind: LiveFault['kind'], domain: string | null, text = 'seen'): LiveFault => ({ kind, domain, text });
const stages = (world: World): string[] =>
  world.audit
    .flatMap(({ figures }, i) =>
      i > 0 && figures['stage'] === world.audit[i - 1]!.figures['stage'] ? [] : [String(figures['stage'] ?? '')],
    )
    .filter((stage) => stage !== '');

describe('the rollout of live tuning', () => {
  it('goes from shadow over one canary per role to everybody, and tells every change', () => {
    const world = new World({ prefill: 12, decode: 12, rate: 100 });
    expect(world.orders.stage).to.equal('shadow');
    expect([...new Set(world.orders.treatments.values())]).to.deep.equal(['shadow']);
    expect(world.until('canary')).to.equal(true);
    expect(world.governed()).to.deep.equal(['d0', 'p0']);
    expect([...world.orders.treatments].filter(([, treatment]) => treatment === 'control').map(([id]) => id)).to.deep.equal(['d11', 'p11']);
    expect(world.until('tenth')).to.equal(true);
    expect(world.governed()).to.deep.equal(['d0', 'd1', 'p0', 'p1']);
    expect(world.until('half')).to.equal(true);
    expect(world.governed()).to.have.length(12);
    expect(world.until('all')).to.equal(true);
    expect(world.governed()).to.have.length(24);
    expect(stages(world)).to.deep.equal(['shadow', 'canary', 'tenth', 'half', 'all']);
  });

  it('leaves out stages that would govern nothing more', () => {
    const world = new World();
    expect(world.until('all')).to.equal(true);
    expect(stages(world)).to.deep.equal(['shadow', 'canary', 'all']);
  });

  it('lets the only domain of a role take turns, and tells each', () => {
    const world = new World({ prefill: 1, decode: 1, rate: 5 });
    expect(world.until('canary')).to.equal(true);
    expect(world.governed()).to.deep.equal(['d0', 'p0']);
    expect(world.run(60, () => world.governed().length === 0)).to.equal(true);
    expect(world.run(60, () => world.governed().length === 2)).to.equal(true);
    expect(world.texts('stage').filter((text) => text.startsWith('canary: control d0 p0'))).to.have.length(1);
    expect(world.until('all')).to.equal(true);
    const { text } = world.audit.find(({ text: words }) => words.includes('takes turns'))!;
    expect(text).to.include('one domain');
  });

  it('stays in shadow with too few requests, a passing fault, or misses at the highest clock, and says which', () => {
    const quiet = new World({ rate: 0 });
    quiet.run(600);
    expect(quiet.orders.stage).to.equal('shadow');
    expect(quiet.guard.status(quiet.nowMs).reason).to.include('0 of 20 requests');
    const faulty = new World();
    faulty.faults = [fault('predictor-invalid', 'd0', 'NaN at 1005 MHz')];
    faulty.run(60);
    expect(faulty.guard.status(faulty.nowMs).reason).to.include('NaN at 1005 MHz');
    expect(faulty.treated('d0')).to.equal('control');
    const loaded = new World();
    loaded.misses = { itl: () => 0.3 };
    loaded.run(60);
    expect(loaded.orders.stage).to.equal('shadow');
    expect(loaded.guard.status(loaded.nowMs).reason).to.include('highest clock misses');
  });

  it('does not go on while the governed are not surely within the promise', () => {
    const world = new World({ rate: 100 });
    world.misses = { itl: slowed(0.03) };
    world.until('canary');
    world.run(120);
    expect(world.orders.stage).to.not.equal('all');
  });

  it('keeps who is governed when domains come and go', () => {
    const world = new World({ prefill: 12, decode: 12, rate: 100 });
    world.until('tenth');
    world.domains.unshift({ id: 'd00', role: 'decode' });
    world.run(1);
    expect(world.governed()).to.deep.equal(['d0', 'd1', 'p0', 'p1']);
    world.domains.splice(
      world.domains.findIndex(({ id }) => id === 'd0'),
      1,
    );
    world.run(1);
    expect(world.governed()).to.have.length(4);
    expect(world.governed()).to.include.members(['d1', 'p0', 'p1']);
    expect(world.orders.treatments.has('d0')).to.equal(false);
  });

  it('says nothing new while nothing is', () => {
    const world = new World();
    world.until('all');
    const before = world.audit.length;
    const { treatments, tunables } = world.orders;
    world.run(200);
    expect(world.audit.length).to.equal(before);
    expect(world.orders.treatments).to.equal(treatments);
    expect(world.orders.tunables).to.equal(tunables);
  });

  it('refuses options that make no sense, and a time that is none', () => {
    for (const bad of [{ sloTarget: 1 }, { sloTarget: NaN }, { slo: { ttftMs: 0, itlMs: 1 } }])
      expect(() => createGuard({ slo: SLO, sloTarget: 0.99, ...bad })).to.throw(VoltanaError, /live tuning: slo/);
    expect(() => createGuard({ slo: SLO, sloTarget: 0.99, holdS: 60, mostHoldS: 30 })).to.throw(VoltanaError, /mostHoldS/);
    const world = new World();
    expect(() => world.guard.look({ nowMs: NaN, domains: [], finished: [], work: [], faults: [], kill: null })).to.throw(VoltanaError);
  });

  it('answers what it is asked of itself', () => {
    const world = new World();
    world.until('all');
    world.run(30);
    const status = world.guard.status(world.nowMs);
    expect(status).to.include({ kind: 'live-tuning', stage: 'all', sloTarget: 0.99, savedPct: null });
    expect(status.treatments).to.deep.equal({ p0: 'governed', p1: 'governed', d0: 'governed', d1: 'governed' });
    expect(status.burnRates.map(({ windowS, rate }) => [windowS, rate])).to.deep.equal([
      [60, 0],
      [300, 0],
      [5, 0],
    ]);
    for (const { windowS, coversS } of status.burnRates) expect(coversS, `${windowS} s`).to.be.within(1, 120);
    expect(status.audit).to.deep.equal(world.audit);
    expect(world.guard.end(world.nowMs, 'asked to')).to.include({ event: 'end', text: 'live tuning ends: asked to' });
  });
});

import { expect } from 'chai';
import type { LiveFault } from '../../../../src/domain/live-tuning.ts';
import { slowed, World } from './world.ts';

const fault = (kind: LiveFault['kind'], domain: string | null, text = 'seen'): LiveFault => ({ kind, domain, text });
const allAt = (world: World, treatment: string): boolean => [...world.orders.treatments.values()].every((its) => its === treatment);

describe('what stops live tuning', () => {
  it('a breach puts every domain to the highest clock at that very look, rolls back, and starts again at the canary', () => {
    const world = new World();
    world.until('all');
    world.misses = { itl: slowed(0.3) };
    expect(world.until('held', 120)).to.equal(true);
    expect(allAt(world, 'control')).to.equal(true);
    expect(world.orders.audit.map(({ event }) => event)).to.include.members(['breach', 'rollback', 'stage']);
    expect(world.texts('breach')).to.have.length(1);
    const heldMs = world.nowMs;
    world.misses = {};
    expect(world.until('canary')).to.equal(true);
    expect((world.nowMs - heldMs) / 1000).to.equal(60);
    expect(world.governed()).to.deep.equal(['d0', 'p0']);
  });

  it('one miss in ten requests is no breach, nor are a few in a hundred', () => {
    const world = new World({ rate: 2 });
    world.until('all');
    let next = 0;
    world.misses = { itl: () => (next++ === 3 ? 1 : 0) };
    world.run(120);
    expect(world.texts('breach')).to.deep.equal([]);
  });

  it('holds twice as long with each breach soon after another', () => {
    const world = new World();
    const heldS: number[] = [];
    for (let i = 0; i < 4; i++) {
      world.until('all');
      world.misses = { itl: slowed(0.3) };
      world.until('held', 120);
      const fromMs = world.nowMs;
      world.misses = {};
      world.until('canary');
      heldS.push((world.nowMs - fromMs) / 1000);
    }
    expect(heldS).to.deep.equal([60, 120, 240, 480]);
  });

  it('misses that the highest clock shows as well are overload: held, told apart, not counted, nothing rolled back', () => {
    const world = new World({ prefill: 12, decode: 12, rate: 100 });
    world.until('half');
    world.misses = { ttft: () => 0.3 };
    expect(world.until('held', 120)).to.equal(true);
    expect(allAt(world, 'control')).to.equal(true);
    expect(world.texts('breach')[0]).to.match(/^overload, not tuning's/);
    expect(world.texts('rollback')).to.deep.equal([]);
    world.run(300);
    expect(world.orders.stage, 'while the overload lasts').to.equal('held');
    world.misses = {};
    expect(world.until('canary')).to.equal(true);
    world.misses = { ttft: slowed(0.3) };
    expect(world.until('held', 300)).to.equal(true);
    expect(world.audit.findLast(({ event }) => event === 'breach')!.figures).to.include({ heldS: 60, overload: 'no' });
  });

  it('a breach without anything to compare with is forgiven when the misses go on at the highest clock', () => {
    const world = new World();
    world.until('all');
    world.misses = { itl: () => 0.3 };
    world.until('held', 120);
    world.run(100);
    expect(world.texts('breach')).to.have.length(2);
    expect(world.texts('breach')[1]).to.match(/^overload, not tuning's: the misses go on/);
    world.misses = {};
    world.until('all');
    world.misses = { itl: slowed(0.3) };
    world.until('held', 120);
    expect(world.audit.findLast(({ event, figures }) => event === 'breach' && 'heldS' in figures)!.figures['heldS']).to.equal(60);
  });

  it('a slow trickle of misses that windows do not see halts the canary', () => {
    const world = new World({ prefill: 12, decode: 12, rate: 12, seed: 3 });
    world.until('canary');
    world.misses = { itl: slowed(0.06) };
    expect(world.until('held', 7200)).to.equal(true);
    expect(world.texts('halt').length + world.texts('breach').length).to.equal(1);
    expect(world.texts('rollback')).to.have.length(1);
  });

  it("a domain's fault holds that domain until it has been gone for a while, longer when it comes back", () => {
    const world = new World();
    world.until('all');
    world.faults = [fault('driver-failed', 'd0', 'NVML says no')];
    world.run(1);
    expect(world.governed()).to.deep.equal(['d1', 'p0', 'p1']);
    const texts = world.texts('fault');
    expect(texts).to.deep.equal(['driver-failed on d0: highest clock until it has been gone for 5 s; NVML says no']);
    world.run(30);
    expect(world.texts('fault')).to.deep.equal(texts);
    world.faults = [];
    world.run(4.5);
    expect(world.treated('d0')).to.equal('control');
    world.run(0.5);
    expect(world.treated('d0')).to.equal('governed');
    world.faults = [fault('driver-failed', 'd0', 'NVML says no')];
    world.run(0.5);
    expect(world.treated('d0')).to.equal('control');
    world.faults = [];
    world.run(9.5);
    expect(world.treated('d0')).to.equal('control');
    world.run(0.5);
    expect(world.treated('d0')).to.equal('governed');
  });

  for (const kind of ['predictor-invalid', 'telemetry-silent', 'lease-lost', 'engine-stalled', 'traffic-unseen'] as const)
    it(`${kind} everywhere: highest clock at once, from the canary again when it is gone, no breach`, () => {
      const world = new World();
      world.until('all');
      world.faults = [fault(kind, null)];
      world.run(0.5);
      expect(world.orders.stage).to.equal('held');
      expect(allAt(world, 'control')).to.equal(true);
      world.run(20);
      world.faults = [];
      world.run(4.5);
      expect(world.orders.stage).to.equal('held');
      expect(world.until('canary', 1)).to.equal(true);
      expect(world.texts('breach')).to.deep.equal([]);
      expect(world.texts('rollback')).to.deep.equal([]);
    });

  it('a profile that is of other hardware is never governed, though nobody repeats it', () => {
    const world = new World();
    world.faults = [fault('profile-mismatch', 'd0', 'driver 550 is not 535')];
    world.run(0.5);
    world.faults = [];
    world.until('all');
    world.run(600);
    expect(world.governed()).to.deep.equal(['d1', 'p0', 'p1']);
    const whole = new World();
    whole.faults = [fault('profile-mismatch', null)];
    whole.run(600);
    expect(whole.orders.stage).to.equal('shadow');
    expect(allAt(whole, 'control')).to.equal(true);
  });

  it('a gateway that restarted goes back to shadow', () => {
    const world = new World();
    world.until('all');
    world.faults = [fault('gateway-restarted', null)];
    world.run(0.5);
    expect(world.orders.stage).to.equal('shadow');
    world.faults = [];
    expect(world.until('canary')).to.equal(true);
  });

  it('a breach is still held after a gateway restarted', () => {
    const world = new World();
    world.until('all');
    world.misses = { itl: slowed(0.3) };
    world.until('held', 120);
    const heldMs = world.nowMs;
    world.misses = {};
    world.faults = [fault('gateway-restarted', null)];
    world.run(1);
    world.faults = [];
    world.until('canary');
    expect((world.nowMs - heldMs) / 1000).to.be.at.least(60);
  });

  it('is killed at that look, and only somebody who resumes lets it go on, in shadow', () => {
    const world = new World();
    expect(world.guard.resume('nobody killed it')).to.equal(false);
    world.until('all');
    world.kill = 'file /tmp/kill is there';
    world.run(0.5);
    expect(world.orders.stage).to.equal('killed');
    expect(allAt(world, 'control')).to.equal(true);
    expect(world.guard.resume('too early')).to.equal(true);
    world.run(0.5);
    expect(world.texts('resume')).to.deep.equal(['not resumed (too early): killed still holds: file /tmp/kill is there']);
    world.kill = null;
    world.run(600);
    expect(world.orders.stage).to.equal('killed');
    expect(world.texts('kill')).to.have.length(1);
    world.guard.resume('looked into');
    world.run(0.5);
    expect(world.orders.stage).to.equal('shadow');
    expect(world.until('all')).to.equal(true);
  });
});

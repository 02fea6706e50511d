import { expect } from 'chai';
import type { LiveOrders, LiveTunables } from '../../../../src/domain/live-tuning.ts';
import { createGuard } from '../../../../src/tuning/live/guard.ts';
import { GUARD_DEFAULTS, POLICY_TARGETS } from '../../../../src/tuning/live/options.ts';
import { SLO, World } from './world.ts';

const LADDER = { ...GUARD_DEFAULTS.ladder, clocksMhz: { prefill: [], decode: Array.from({ length: 32 }, (_, i) => 600 + 25 * i) } };
const targetOf = ({ tunables }: LiveOrders): number => tunables.itlTarget ?? POLICY_TARGETS.itlTarget;

/** Every change of tunables from here on. */
function changes(world: World, forS: number): LiveTunables[] {
  const seen = [world.orders.tunables];
  world.run(forS, ({ tunables }) => {
    if (tunables !== seen.at(-1)) seen.push(tunables);
    return false;
  });
  return seen;
}

describe('what live tuning turns', () => {
  it('a target rises while far fewer than allowed miss, a step in a slow window, and stops at its bound', () => {
    const world = new World({ rate: 10, lookMs: 2000 });
    world.until('all');
    const targets = changes(world, 3600).map(({ itlTarget }) => itlTarget ?? POLICY_TARGETS.itlTarget);
    expect(targets.at(-1)).to.equal(GUARD_DEFAULTS.margins.most);
    const stepsMs = world.audit.filter(({ event, text }) => event === 'tunables' && text.startsWith('itlTarget')).map(({ atMs }) => atMs);
    expect(stepsMs.slice(1).every((atMs, i) => atMs - stepsMs[i]! >= 300_000)).to.equal(true);
  });

  it('a target that its misses depend on settles where half of the allowance is spent, without a breach', () => {
    const world = new World({ rate: 40, seed: 5, lookMs: 5000 });
    // Ten times the misses for each 0.05 that is planned closer to the promise: half the allowance at 0.94.
    world.misses = { itl: (treatment, orders) => (treatment === 'governed' ? 0.005 * 10 ** ((targetOf(orders) - 0.94) / 0.05) : 0) };
    world.until('all');
    const targets = changes(world, 7200).map((tunables) => targetOf({ ...world.orders, tunables }));
    expect(targets.slice(1).every((target, i) => target - targets[i]! <= 0.01 + 1e-9 && targets[i]! - target <= 0.03 + 1e-9)).to.equal(
      true,
    );
    expect(targets.at(-1)).to.be.within(0.925, 0.95);
    expect(world.texts('breach')).to.deep.equal([]);
  });

  it('rolls back to what kept a whole slow window', () => {
    const world = new World({ rate: 20, lookMs: 1000 });
    world.until('all');
    // The first step is good, the second breaks the promise.
    world.misses = { itl: (treatment, { tunables }) => (treatment === 'governed' && (tunables.itlTarget ?? 0) > 0.975 ? 0.3 : 0) };
    expect(world.until('held', 1200)).to.equal(true);
    expect(world.orders.tunables.itlTarget).to.equal(0.97);
    expect(world.texts('rollback')[0]).to.match(/^back to the last good settings: itlTarget 0.97,/);
  });

  it('one step towards latency where the last good settings themselves were broken with', () => {
    const world = new World();
    world.until('all');
    world.misses = { itl: (treatment) => (treatment === 'governed' ? 0.3 : 0) };
    world.until('held', 120);
    expect(world.orders.tunables.itlTarget).to.be.closeTo(POLICY_TARGETS.itlTarget - 0.03, 1e-9);
    expect(world.orders.tunables.ttftTarget).to.be.closeTo(POLICY_TARGETS.ttftTarget - 0.03, 1e-9);
  });

  it('raises the lowest clock where low clocks were followed by misses, by two rungs at most, and lowers it again slowly', () => {
    const world = new World({ rate: 20, lookMs: 2000, guard: { ladder: LADDER } });
    world.until('all');
    const low = (id: string): boolean => id === 'd0';
    for (const domain of world.domains) domain.clockMhz = low(domain.id) ? 650 : 1300;
    // Requests of d0, which runs low.
    let turn = 0;
    world.misses = { itl: () => (Math.floor(turn++ / 2) % 2 === 0 ? 0.015 : 0) };
    world.run(400, ({ tunables }) => tunables.minClockMhz.decode !== null);
    expect(world.orders.tunables.minClockMhz).to.deep.equal({ prefill: null, decode: 700 });
    expect(world.audit.findLast(({ text }) => text.startsWith('lowest decode clock'))!.text).to.match(
      /free -> 700 MHz: \d+ of \d+ requests missed/,
    );
    for (const domain of world.domains) domain.clockMhz = 1300;
    world.misses = {};
    world.run(1700);
    expect(world.orders.tunables.minClockMhz.decode, 'not so soon').to.equal(700);
    world.run(200);
    expect(world.orders.tunables.minClockMhz.decode).to.equal(650);
    world.run(1900);
    expect(world.orders.tunables.minClockMhz.decode).to.equal(null);
  });

  it('moves thrift with a signal against its own median, by limited steps, and back when the signal is silent', () => {
    const world = new World();
    world.until('all');
    world.signal = 400;
    for (let quarter = 0; quarter < 24; quarter++) {
      world.nowMs += 900_000;
      world.look([]);
    }
    expect(world.orders.tunables.thrift, 'what is usual').to.equal(1);
    const before = world.orders.tunables;
    world.signal = 410;
    world.run(600);
    expect(world.orders.tunables.thrift, 'a little more').to.equal(1);
    world.signal = 250;
    world.run(0.5);
    expect(world.orders.tunables.thrift).to.equal(0.75);
    world.run(59);
    expect(world.orders.tunables.thrift).to.equal(0.75);
    world.run(120);
    expect(world.orders.tunables.thrift).to.be.closeTo((250 / 400 - 0.5) / 0.5, 1e-9);
    expect(world.orders.tunables.itlTarget).to.be.below(before.itlTarget ?? POLICY_TARGETS.itlTarget);
    world.signal = null;
    world.run(800);
    expect(world.orders.tunables.thrift, 'the last value holds for a while').to.be.below(0.3);
    world.run(600);
    expect(world.orders.tunables.thrift).to.equal(1);
    expect(targetOf(world.orders), 'the whole target again').to.be.at.least(POLICY_TARGETS.itlTarget);
    expect(world.texts('signal').at(-1)).to.include('silent for 900 s');
  });

  it('is not led by a signal that is no number, nor by energy that is free', () => {
    const world = new World();
    world.signal = NaN;
    world.run(10);
    world.signal = 0;
    world.run(600);
    world.signal = -20;
    world.run(600);
    expect(world.orders.tunables.thrift).to.equal(1);
    expect(world.texts('signal')).to.deep.equal([]);
  });

  it('sees a saving per token role by role, and none before both ways were seen', () => {
    const world = new World();
    world.until('canary');
    world.nowMs += 2000;
    world.look([]);
    world.nowMs += 1000;
    world.look([], [{ domain: 'p0', energyJ: 60, tokens: 100 }]);
    expect(world.guard.status(world.nowMs).savedPct).to.equal(null);
    world.look(
      [],
      [
        { domain: 'p1', energyJ: 200, tokens: 200 },
        { domain: 'd0', energyJ: 160, tokens: 200 },
        { domain: 'd1', energyJ: 300, tokens: 300 },
        { domain: 'd1', energyJ: null, tokens: 300 },
        { domain: 'gone', energyJ: 1, tokens: 1 },
      ],
    );
    // 300 tokens would have cost 300 J, and cost 220 J.
    expect(world.guard.status(world.nowMs).savedPct).to.be.closeTo((100 * 80) / 300, 1e-9);
  });

  it('begins with what it is given', () => {
    const start = { itlTarget: 0.9, ttftTarget: 0.8, minClockMhz: { prefill: 800, decode: null }, thrift: 1 };
    const guard = createGuard({ slo: SLO, sloTarget: 0.99, start });
    expect(guard.status(0).tunables).to.deep.equal(start);
  });
});

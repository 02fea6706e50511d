import { expect } from 'chai';
import { VoltanaError } from '../../../../src/domain/errors.ts';
import type { Predictor } from '../../../../src/prediction/predictor.ts';
import { GOVERNED, HIGHEST, TunedWorld, WORLD, type TunedOptions } from '../../../fixtures/tuned-world.ts';

const FREE = [null, null, null, null];
const OWN = Object.values(GOVERNED);
/** Two looks: one that sees it, and the driver's time to carry it out. */
const PERIOD_S = 0.2;
const TTL_S = 5;

const tuned = async (options?: TunedOptions): Promise<TunedWorld> => {
  const world = await new TunedWorld(options).start();
  await world.serve(1);
  world.tuning.act({ action: 'start', pace: 'quick', sloTarget: 0.9 });
  return world;
};
const stageOf = (world: TunedWorld): string => world.tuning.view().stage;
const canary = async (options?: TunedOptions): Promise<TunedWorld> => {
  const world = await tuned(options);
  await world.until('a canary is governed', () => stageOf(world) === 'canary');
  await world.serve(5);
  expect(world.cluster.lockedMhz('p0'), 'the canary is governed').to.equal(GOVERNED.p0);
  return world;
};
const highest = (world: TunedWorld, ids: readonly (keyof typeof GOVERNED)[] = ['p0', 'p1', 'd0', 'd1']): void => {
  for (const id of ids) expect(world.cluster.lockedMhz(id), id).to.be.oneOf([HIGHEST, null]);
};
const audited = (world: TunedWorld, event: string): string =>
  world.journal.flatMap((entry) => (entry.event === event ? [entry.text] : [])).join('\n');
const failure = (act: () => unknown): VoltanaError => {
  try {
    act();
  } catch (error) {
    if (error instanceof VoltanaError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
};

describe('tuning plane', () => {
  it('off: every domain is as its gateway governs it, and says so', async () => {
    const world = await new TunedWorld().start();
    await world.serve(1);
    expect(world.locks()).to.deep.equal(OWN);
    expect(world.tuning.view()).to.include({ kind: 'live-tuning', stage: 'off' });
    expect(world.plane.control.snapshot()).to.not.have.property('tuning');
    await world.stop();
  });

  it('goes from shadow at the highest clock over canaries beside it to all, and gives back what was before', async () => {
    const world = await tuned();
    await world.serve(PERIOD_S);
    expect(stageOf(world)).to.equal('shadow');
    highest(world);
    await world.until('a canary is governed', () => stageOf(world) === 'canary');
    await world.serve(2);
    expect(world.locks()).to.deep.equal([GOVERNED.p0, HIGHEST, GOVERNED.d0, HIGHEST]);
    await world.until('all are governed', () => stageOf(world) === 'all');
    await world.serve(2);
    expect(world.locks()).to.deep.equal(OWN);
    expect(world.plane.control.snapshot().tuning).to.include({ stage: 'all', governed: 4, domains: 4 });
    expect(world.tuning.view().work!.energyJ).to.be.above(0);
    expect(world.tuning.act({ action: 'stop' }).stage).to.equal('off');
    await world.serve(1);
    expect(world.locks()).to.deep.equal(OWN);
    expect(audited(world, 'end')).to.include('somebody asked for it');
    await world.stop();
    expect(world.locks()).to.deep.equal(FREE);
  });

  for (const slow of ['ttft', 'itl'] as const)
    it(`a breach of ${slow}: the highest clock everywhere, held, with its reason`, async () => {
      const world = await canary();
      world.slow = slow;
      await world.until('it holds', () => stageOf(world) === 'held', 30);
      await world.serve(PERIOD_S);
      highest(world);
      expect(world.tuning.view().reason).to.match(/highest clock|overload/);
      expect(audited(world, 'breach')).to.include('missed');
      await world.stop();
    });

  const kills: Readonly<Record<string, (world: TunedWorld, on: boolean) => void>> = {
    'by command': (world, on) => void (on && world.tuning.act({ action: 'kill', reason: 'by command' })),
    'by a file': (world, on) => void (world.killed = on ? 'the file /kill exists' : null),
    'by SIGUSR2': (world, on) => void (world.killed = on ? 'by SIGUSR2' : null),
  };
  for (const [how, kill] of Object.entries(kills))
    it(`killed ${how}: the highest clock within a control period, through a stop, until somebody resumes`, async () => {
      const world = await canary();
      kill(world, true);
      await world.serve(PERIOD_S);
      expect(stageOf(world)).to.equal('killed');
      highest(world);
      kill(world, false);
      await world.serve(3);
      expect(world.tuning.act({ action: 'stop' }).stage).to.equal('killed');
      highest(world);
      world.tuning.act({ action: 'resume', reason: 'looked at' });
      await world.serve(PERIOD_S);
      expect(stageOf(world)).to.equal('shadow');
      expect(audited(world, 'resume')).to.include('looked at');
      await world.stop();
    });

  it('a kill while nobody tunes holds the highest clock, too; resumed, the gateway governs again', async () => {
    const world = await new TunedWorld().start();
    await world.serve(1);
    expect(world.tuning.act({ action: 'kill' }).stage).to.equal('killed');
    await world.serve(3);
    highest(world);
    expect(failure(() => world.tuning.act({ action: 'start' })).hint).to.include('--resume-live');
    expect(world.tuning.act({ action: 'resume' }).stage).to.equal('off');
    await world.serve(2);
    expect(world.locks()).to.deep.equal(OWN);
    await world.stop();
  });

  it('a kill file that is still there cannot be resumed from', async () => {
    const world = await canary();
    world.killed = 'the file /kill exists';
    await world.serve(PERIOD_S);
    expect(failure(() => world.tuning.act({ action: 'resume' })))
      .to.have.property('message')
      .that.includes('the file /kill exists');
    expect(stageOf(world)).to.equal('killed');
    await world.stop();
  });

  it('a driver that fails: that domain at the highest clock as soon as it can be, with the fault in the log', async () => {
    const world = await canary();
    world.cluster.refuse = (operation, domain) =>
      domain === 'd0' && ['lock', 'read'].includes(operation) ? new Error('NVML says no') : null;
    await world.serve(1);
    expect(audited(world, 'fault')).to.include('driver-failed on d0').and.include('NVML says no');
    expect(world.tuning.view().treatments).to.include({ d0: 'control', p0: 'governed' });
    world.cluster.refuse = () => null;
    await world.serve(1);
    highest(world, ['d0']);
    await world.stop();
  });

  it('a meter that falls silent is a reason for the highest clock', async () => {
    const world = await canary();
    world.cluster.refuse = (operation, domain) => (operation === 'meter' && domain === 'p0' ? new Error('silent') : null);
    await world.serve(1);
    expect(audited(world, 'fault')).to.include('telemetry-silent on p0');
    highest(world, ['p0']);
    await world.stop();
  });

  it('an agent that is cut off gives the clocks back after the TTL, and what is believed is the highest clock', async () => {
    const world = await canary();
    world.cluster.refuse = (operation) => (operation === 'supportedMhz' ? null : new Error('no route to host'));
    await world.serve(TTL_S + 1);
    expect(audited(world, 'fault')).to.include('lease-lost');
    highest(world);
    expect(Object.values(world.tuning.view().treatments)).to.not.include('governed');
    world.cluster.refuse = () => null;
    await world.until('it is governed again', () => Object.values(world.tuning.view().treatments).includes('governed'), 120);
    await world.stop();
  });

  it('an engine that says it is not healthy', async () => {
    const world = await canary();
    world.plane.control.engineHealth('d0', false);
    await world.serve(PERIOD_S);
    expect(audited(world, 'fault')).to.include('engine-stalled on d0');
    highest(world, ['d0']);
    await world.stop();
  });

  it('an engine that has work and says nothing', async () => {
    const world = await canary();
    const { control } = world.plane;
    await world.time.finish(control.route({ id: 'stuck', arrivalMs: world.time.nowMs(), promptTokens: 100 }));
    control.prefillDone('stuck');
    control.tokens('stuck', 1);
    await world.time.advance(4000);
    expect(audited(world, 'fault')).to.include('has work and answers nothing');
    control.ended('stuck', 'completed');
    await world.stop();
  });

  for (const [what, latencyMs] of [
    ['NaN', () => NaN],
    ['nothing', () => 0],
    ['a negative time', (ms: number) => -ms],
  ] as const)
    it(`a predictor that says ${what}`, async () => {
      const world = await canary();
      const predictor = world.plane.control.fleet.instance('p0').predictor as { predict: Predictor['predict'] };
      const honest = predictor.predict.bind(predictor);
      predictor.predict = (load, clockMhz) => ({ ...honest(load, clockMhz), latencyMs: latencyMs(honest(load, clockMhz).latencyMs) });
      await world.serve(PERIOD_S);
      expect(audited(world, 'fault')).to.include('predictor-invalid on p0');
      highest(world, ['p0']);
      await world.stop();
    });

  it('a gateway that was killed stays killed when it starts again', async () => {
    const world = await new TunedWorld({ before: 'killed' }).start();
    await world.serve(PERIOD_S);
    expect(stageOf(world)).to.equal('killed');
    highest(world);
    await world.stop();
  });

  it('a gateway that ended while it was tuned warns, and begins in the shadow with that in the log', async () => {
    const world = await new TunedWorld({ before: 'running' }).start();
    expect(world.plane.control.snapshot().warnings.join()).to.include('live tuning ran when this gateway ended');
    world.tuning.act({ action: 'start', pace: 'quick', sloTarget: 0.9 });
    await world.serve(PERIOD_S);
    expect(stageOf(world)).to.equal('shadow');
    expect(audited(world, 'fault')).to.include('gateway-restarted');
    highest(world);
    await world.stop();
  });

  it('a profile of other devices: never governed', async () => {
    const { fitted } = WORLD;
    const levels = fitted.instances[0]!.levels.map((level) => ({ ...level, clockMhz: level.clockMhz * 2 }));
    const strange = { ...fitted, instances: fitted.instances.map((one) => ({ ...one, levels })) };
    const world = await tuned({ over: { fitted: strange } });
    await world.serve(30);
    expect(Object.values(world.tuning.view().treatments)).to.not.include('governed');
    expect(audited(world, 'fault')).to.include('profile-mismatch');
    highest(world);
    await world.stop();
  });

  it('refuses what makes no sense, and changes nothing', async () => {
    const world = await canary();
    expect(failure(() => world.tuning.act({ action: 'start' })).message).to.include('on already');
    expect(failure(() => world.tuning.act({ action: 'resume' })).message).to.include('not killed');
    expect(stageOf(world)).to.equal('canary');
    await world.stop();
    const idle = await new TunedWorld({ over: { governor: 'max', fixedMhz: null } }).start();
    expect(failure(() => idle.tuning.act({ action: 'start' })).message).to.include('governor max');
    await idle.stop();
  });
});

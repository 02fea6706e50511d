import { expect } from 'chai';
import { RESIZE_TUNABLES } from '../../../../src/control/resize/plan.ts';
import type { Evaluation } from '../../../../src/domain/tuning.ts';
import { finish, play, simulate } from '../../../../src/runs/simulating/simulate.ts';
import { hostileRepeats } from '../../../../src/runs/simulating/hostile.ts';
import { EvaluationCaches } from '../../../../src/runs/tuning/caches.ts';
import { evaluate, measuredWindow } from '../../../../src/runs/tuning/evaluate.ts';
import type { TuningGround } from '../../../../src/runs/tuning/ground.ts';
import { energyJ } from '../../../../src/telemetry/energy.ts';
import { RunTally } from '../../../../src/telemetry/run-tally.ts';
import { maker, planned } from '../../../fixtures/simulating.ts';
import { thrownBy } from '../../../fixtures/thrown.ts';
import { drawn, groundOf, taskOf, type TaskParts } from '../../../fixtures/tuning/ground.ts';

const met = ({ kept }: Evaluation): number => kept.reduce((sum, block) => sum + block.met, 0);

describe('an evaluation', function () {
  this.timeout(60_000);
  let ground: TuningGround;
  const caches = new EvaluationCaches();
  const run = (parts: TaskParts = {}): Evaluation => evaluate(ground, taskOf(parts), caches);
  const runOn = async (over: Partial<TuningGround>, parts: TaskParts): Promise<Evaluation> => evaluate(await groundOf(over), taskOf(parts));
  before(async () => void (ground = await groundOf()));

  it('agrees with the record that a simulation makes of the same run', async () => {
    const asked = { requests: 150, ratePerS: 10, durationS: undefined, prefill: 2, decode: 2, governor: 'slo', routing: 'eco' };
    const { scenario, contender } = await planned(asked);
    const record = finish(simulate(scenario, contender, maker));
    const found = await runOn({ load: await drawn(10) }, { choice: { prefill: 2, decode: 2 }, fidelity: { requests: 150 } });
    expect(met(found) / 150).to.equal(record.sloAttainment.joint);
    expect([found.ttftAttainment, found.itlAttainment]).to.deep.equal([record.sloAttainment.ttft, record.sloAttainment.itl]);
    expect(found.ttftP99Ms).to.be.closeTo(record.ttftMs.p99!, 1e-6);
    expect(found.tpotP99Ms).to.be.closeTo(record.tpotMs.p99!, 1e-6);
    expect([found.gpus, found.overloaded, found.evidence]).to.deep.equal([4, false, record.evidence]);
    const { listener: tally } = finish(play(scenario, contender, {}, (startMs) => new RunTally({ slo: scenario.slo, startMs })));
    const window = measuredWindow([...scenario.schedule()], scenario.slo);
    const joules = energyJ(tally.tracks(), window)!;
    const tokens = tally.delivered.tokens.before(window.endMs) - tally.delivered.tokens.before(window.startMs);
    const windowS = (window.endMs - window.startMs) / 1000;
    expect(found.spanS).to.be.within(windowS - 0.2, windowS);
    expect(found.meanPowerW! / (joules / windowS)).to.be.closeTo(1, 0.01);
    expect(found.joulesPerOutputToken! / (joules / tokens)).to.be.closeTo(1, 0.005);
    expect(found.joulesPerOutputToken! * found.outputTokensPerS).to.be.closeTo(found.meanPowerW!, 1e-6);
    const peakW = Math.max(...record.series.powerW.slice(0, -1).map((powerW) => powerW!));
    expect(found.peakPowerW! / peakW).to.be.within(0.99, 1.1);
  });

  it('agrees with the same run in a hostile world, too', async () => {
    const { scenario, contender } = await planned({ requests: 60, ratePerS: 6, durationS: undefined, governor: 'slo', routing: 'eco' });
    const [first] = finish(hostileRepeats(scenario, contender, 1, maker));
    const found = run({ fidelity: { requests: 60, hostileWorld: 1 } });
    expect(met(found) / 60).to.equal(first!.joint);
    expect(found).to.not.deep.equal({ ...run({ fidelity: { requests: 60 } }), fidelity: found.fidelity });
  });

  it('is the same whatever was evaluated before, and from a copy of its ground', () => {
    const tasks = [
      taskOf(),
      taskOf({ choice: { maxClockMhz: 1200 } }),
      taskOf({ choice: { chunkTokens: 512, maxRunning: 16 } }),
      taskOf({ fidelity: { seed: 2 } }),
    ];
    const together = new EvaluationCaches();
    const forwards = tasks.map((task) => evaluate(ground, task, together));
    const backwards = [...tasks].reverse().map((task) => evaluate(ground, task, together));
    expect(backwards.reverse()).to.deep.equal(forwards);
    expect(tasks.map((task) => evaluate(structuredClone(ground), structuredClone(task)))).to.deep.equal(forwards);
    expect(forwards[3]).to.not.deep.equal({ ...forwards[0], fidelity: forwards[3]!.fidelity });
  });

  it('has requests in blocks of neighbours that add up, and fewer where there are few', () => {
    const sizes = run().kept.map(({ of }) => of);
    expect(sizes).to.deep.equal(Array.from({ length: 20 }, () => 6));
    expect(run({ fidelity: { requests: 7 } }).kept.map(({ of }) => of)).to.deep.equal([1, 1, 1, 1, 1, 1, 1]);
    const single = run({ fidelity: { requests: 1 } });
    expect(single.kept).to.deep.equal([{ met: 1, of: 1 }]);
    expect([single.joulesPerOutputToken, single.meanPowerW, single.spanS]).to.deep.equal([null, null, 0]);
  });

  it('serves more requests a second of the same when there is more load', () => {
    const [one, half] = [run(), run({ fidelity: { load: 0.5 } })];
    expect(half.outputTokensPerS / one.outputTokensPerS).to.be.within(0.4, 0.65);
    expect(half.meanPowerW).to.be.below(one.meanPowerW!);
  });

  it('is judged by the promise of its task', () => {
    const strict = run({ slo: { ttftMs: 1000, itlMs: 11 } });
    expect(strict.itlAttainment).to.be.below(run().itlAttainment!);
  });

  it('says that there is more load than it serves', () => {
    const { overloaded, ...found } = run({ choice: { maxRunning: 1 }, fidelity: { load: 4 } });
    expect(overloaded).to.equal(true);
    expect(met({ overloaded, ...found })).to.be.below(60);
    expect(run().overloaded).to.equal(false);
  });

  it('does what the settings of its choice say', () => {
    const usual = run();
    const fixed = (prefill: number, decode: number): Evaluation => run({ choice: { governor: 'fixed', fixedMhz: { prefill, decode } } });
    const top = run({ choice: { governor: 'max' } });
    expect(top.meanPowerW, 'governor').to.be.above(usual.meanPowerW! * 1.15);
    expect(fixed(1410, 1410).meanPowerW, 'fixedMhz').to.be.above(fixed(1410, 900).meanPowerW!);
    expect(fixed(1410, 900).ttftP99Ms, 'fixedMhz').to.be.below(fixed(750, 900).ttftP99Ms!);
    expect(run({ choice: { governor: 'max', maxClockMhz: 900 } }).tpotP99Ms, 'maxClockMhz').to.be.above(top.tpotP99Ms! * 1.05);
    expect(run({ choice: { minClockMhz: 1410 } }).meanPowerW, 'minClockMhz').to.be.above(usual.meanPowerW! * 1.1);
    expect(run({ choice: { governor: 'max', chunkTokens: 256 } }).ttftP99Ms, 'chunkTokens').to.be.above(top.ttftP99Ms! * 1.1);
    expect(run({ choice: { governor: 'max', captureSizes: [256] } }).tpotP99Ms, 'captureSizes').to.be.above(top.tpotP99Ms! * 1.05);
    expect(run({ choice: { governor: 'max', maxRunning: 4 } }).tpotP99Ms, 'maxRunning').to.not.equal(top.tpotP99Ms);
    expect(run({ choice: { governor: 'max', powerLimitW: 250 } }).peakPowerW, 'powerLimitW').to.be.below(top.peakPowerW! * 0.9);
    expect(run({ choice: { itlTarget: 0.4 } }).tpotP99Ms, 'itlTarget').to.be.below(usual.tpotP99Ms! * 0.8);
    expect(run({ choice: { ttftTarget: 0.2 } }).ttftP99Ms, 'ttftTarget').to.be.below(usual.ttftP99Ms!);
  });

  it('does what the layout of its choice says', () => {
    const usual = run({ choice: { governor: 'max', routing: 'least-requests' } });
    const many = { governor: 'max', routing: 'least-requests', prefill: 2, decode: 2 };
    const layouts = [
      usual,
      run({ choice: many }),
      run({ choice: { governor: 'max', tp: 2 } }),
      run({ choice: { ...many, prefill: 0, decode: 0, aggregated: 3 } }),
    ];
    expect(layouts.map(({ gpus }) => gpus)).to.deep.equal([1, 2, 1, 3].map((count, i) => [2, 4, 4, 3][i] ?? count));
    for (const larger of layouts.slice(1)) expect(larger.tpotP99Ms).to.not.equal(usual.tpotP99Ms);
    expect(layouts[2]!.tpotP99Ms).to.be.below(usual.tpotP99Ms!);
    expect(run({ choice: { ...many, routing: 'eco' } }).meanPowerW, 'routing').to.be.below(layouts[1]!.meanPowerW!);
  });

  it('lets instances rest over a day, and tells whose GPUs they were', async () => {
    const day = { shares: [1.5, 0.1, 0.1, 1.5], secondsPerShare: 20 };
    const resize = { ...RESIZE_TUNABLES, calmMs: 3000, coldStartMs: 1000 };
    const load = await drawn(8);
    const rest = (how: 'awake' | 'park' | 'release'): Promise<Evaluation> =>
      runOn({ resize, load }, { day, choice: { rest: how, prefill: 2, decode: 3, governor: 'max', routing: 'least-requests' } });
    const [awake, parked, released] = [await rest('awake'), await rest('park'), await rest('release')];
    expect([awake.releasedGpuS, parked.releasedGpuS]).to.deep.equal([0, 0]);
    expect(released.releasedGpuS).to.be.within(10, released.gpuS / 2);
    expect([awake.releasedEnergyJ, parked.releasedEnergyJ]).to.deep.equal([0, 0]);
    expect(released.releasedEnergyJ).to.be.within(1, released.meanPowerW! * released.spanS);
    for (const one of [awake, parked, released]) expect(one.gpuS).to.equal(5 * one.spanS);
    expect(parked.meanPowerW).to.be.below(awake.meanPowerW!);
    expect(released.spanS).to.be.within(60, 80);
    const rates = awake.kept.map(({ of }) => of);
    expect(rates.reduce((sum, of) => sum + of, 0)).to.be.within(8 * 64 * 0.8, 8 * 64 * 1.2);
  });

  it('of a fit says what was turned that nobody measured', () => {
    expect(run({ choice: { variant: 'fit' } }).evidence).to.equal('emulated');
    expect(run({ choice: { variant: 'fit', maxClockMhz: 1200 } }).evidence).to.equal('emulated');
    expect(run({ choice: { variant: 'fit', chunkTokens: 2048 } }).evidence).to.equal('extrapolated');
  });

  it('refuses what cannot be, and says what to do', () => {
    const refusals: readonly (readonly [TaskParts['choice'], string, string])[] = [
      [{ variant: 'none' }, 'UNKNOWN_ID', 'none'],
      [{ governor: 'none' }, 'UNKNOWN_ID', 'none'],
      [{ routing: 'none' }, 'UNKNOWN_ID', 'none'],
      [{ governor: 'fixed' }, 'BAD_VALUE', 'clock'],
      [{ governor: 'fixed', fixedMhz: { prefill: 1, decode: 1410 } }, 'CLOCK_OUTSIDE_CARD', '1 MHz'],
      [{ minClockMhz: 1405, maxClockMhz: 1406 }, 'CLOCK_OUTSIDE_CARD', '1405'],
      [{ powerLimitW: 10_000 }, 'BAD_VALUE', '10000 W'],
      [{ itlTarget: 2 }, 'BAD_VALUE', 'itlTarget'],
      [{ maxRunning: 0 }, 'BAD_VALUE', 'maxRunning'],
      [{ chunkTokens: 0.5 }, 'BAD_VALUE', 'chunkTokens'],
      [{ captureSizes: [4, 2] }, 'BAD_VALUE', 'captureSizes'],
      [{ captureSizes: [] }, 'BAD_VALUE', 'captureSizes'],
      [{ tp: 3 }, 'BAD_VALUE', '3'],
      [{ variant: 'fit', tp: 2 }, 'BAD_VALUE', 'measured with 1'],
      [{ prefill: 1, decode: 0 }, 'BAD_VALUE', '0 decode'],
      [{ prefill: -1 }, 'BAD_VALUE', '-1 prefill'],
    ];
    for (const [choice, code, part] of refusals) {
      const error = thrownBy(() => run({ choice: choice! }));
      expect([error.code, error.message.includes(part)], `${JSON.stringify(choice)}: ${error.message}`).to.deep.equal([code, true]);
      expect(error.hint).to.not.equal('');
    }
  });
});

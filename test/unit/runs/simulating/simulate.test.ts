import { expect } from 'chai';
import { renderExplanation } from '../../../../src/reporting/simulation/explanation.ts';
import { renderSimulation } from '../../../../src/reporting/simulation/summary.ts';
import type { WorkloadRequest } from '../../../../src/domain/request.ts';
import { bestPair, costOf, keepsUp } from '../../../../src/runs/simulating/best-pair.ts';
import type { Scenario } from '../../../../src/runs/simulating/options.ts';
import { rightSized } from '../../../../src/runs/simulating/right-sized.ts';
import { runSimulation } from '../../../../src/runs/simulating/run.ts';
import { finish, paced, simulate } from '../../../../src/runs/simulating/simulate.ts';
import { validator } from '../../../fixtures/schemas.ts';
import { maker, planned, simulated } from '../../../fixtures/simulating.ts';

const MAX = { governor: 'max', routing: 'least-requests', fixedMhz: null } as const;
const scenarioOf = async (over: Parameters<typeof planned>[0] = {}): Promise<Scenario> => (await planned(over)).scenario;
const runOf = (scenario: Scenario) => finish(simulate(scenario, MAX, maker));
const request = (over: Partial<WorkloadRequest>): WorkloadRequest => ({
  id: 'r1',
  arrivalMs: 0,
  promptTokens: 500,
  maxTokens: 20,
  ...over,
});

describe('a simulation', function () {
  this.timeout(30_000);

  it('is a run record of its schema, and the same each time', async () => {
    const record = await simulated();
    const validate = validator('run');
    expect(validate(record), JSON.stringify(validate.errors)).to.equal(true);
    expect(await simulated()).to.deep.equal(record);
    expect(record).to.include({ kind: 'run', mode: 'simulated', evidence: 'validated' });
    expect(record.requests.completed).to.equal(record.requests.offered);
    expect(record.energyJ!.prefill + record.energyJ!.decode).to.be.closeTo(record.energyJ!.total, 1e-6);
    expect(record.blocks.reduce((sum, { outputTokens }) => sum + outputTokens, 0)).to.equal(record.outputTokens);
  });

  it('says what no measurement backs', async () => {
    expect((await simulated({ gpu: 'h100-sxm5-80gb', durationS: 2 })).evidence).to.equal('extrapolated');
    expect((await simulated({ clocks: '510,1410', durationS: 2 })).evidence).to.equal('extrapolated');
    const scenario = await scenarioOf();
    const long = { ...scenario, schedule: () => [request({ promptTokens: 60_000 })] };
    expect(runOf(long).evidence).to.equal('extrapolated');
    const fitted = await simulated({ gpu: undefined, model: undefined, fitted: 'a100-llama-3.1-8b-emulated', durationS: 2 });
    expect(fitted.evidence).to.equal('emulated');
  });

  it('goes on without requests, and with requests that cannot be', async () => {
    const scenario = await scenarioOf();
    const none = runOf({ ...scenario, schedule: () => [] });
    expect([none.requests.offered, none.measuredS, none.joulesPerOutputToken]).to.deep.equal([0, 0, null]);
    const odd = [
      request({}),
      request({ id: 'r2', promptTokens: 0 }),
      request({ id: 'r3', maxTokens: 0 }),
      request({ id: 'r4', promptTokens: 10_000_000 }),
    ];
    const { requests, failures } = runOf({ ...scenario, schedule: () => odd });
    expect(requests).to.include({ offered: 4, completed: 1, failed: 3 });
    expect(failures!.reduce((sum, { count }) => sum + count, 0)).to.equal(3);
    expect(failures!.map(({ reason }) => reason).join()).to.match(/prompt of 10000000 tokens exceeds the KV room/);
  });

  it('sits through a gap of an hour in a moment, and charges its idling', async () => {
    const scenario = await scenarioOf();
    const record = runOf({ ...scenario, schedule: () => [request({}), request({ id: 'r2', arrivalMs: 3_600_000 })] });
    expect(record.requests.completed).to.equal(2);
    expect(record.meanPowerW! / record.idlePowerW!).to.be.within(0.99, 1.01);
    expect(record.measuredS).to.be.within(3600, 3603);
  });

  it('ends under more load than there is capacity, and says so', async () => {
    const { requests, validity, idlePowerW, sloAttainment } = await simulated({ ratePerS: 60 });
    expect(requests.unfinished + requests.failed).to.be.above(0);
    expect(requests.offered).to.equal(requests.completed + requests.unfinished + requests.failed);
    if (requests.unfinished > 0) {
      expect(validity.verdict).to.equal('unstable');
      expect(idlePowerW).to.equal(null);
    }
    expect(sloAttainment.joint).to.be.below(0.5);
  });

  it('repeats itself in hostile worlds of its own, each another', async () => {
    const { repeats, ...nominal } = await simulated({ hostile: 3, durationS: 8 });
    const { repeats: none, ...alone } = await simulated({ durationS: 8 });
    expect(nominal).to.deep.equal(alone);
    expect(none).to.deep.equal([]);
    expect(repeats.map(({ seed }) => seed)).to.deep.equal([1, 2, 3]);
    expect(new Set(repeats.map(({ energyJ }) => energyJ)).size).to.equal(3);
    for (const { energyJ } of repeats) expect(energyJ! / nominal.energyJ!.total).to.be.within(0.8, 1.25);
  });

  it('lets instances rest that nobody needs, and tells the joules of released ones apart', async () => {
    const over = { prefill: 2, decode: 3, ratePerS: 2, durationS: 400 };
    const [awake, parked, released] = [
      await simulated(over),
      await simulated({ ...over, resize: 'park' }),
      await simulated({ ...over, resize: 'release' }),
    ];
    expect([awake.released, parked.released]).to.deep.equal([undefined, undefined]);
    expect(released.released!.instanceS).to.be.above(100);
    expect(released.energyJ!.total).to.be.below(parked.energyJ!.total);
    expect(parked.requests.completed).to.equal(awake.requests.completed);
    expect(validator('run')(released)).to.equal(true);
  });

  it('serves a light load on engines that do both phases, and tells of their loading', async () => {
    const over = { prefill: 2, decode: 2, ratePerS: 0.5, durationS: 1000 };
    const pairs = await simulated({ ...over, resize: 'release' });
    const run = await simulated({ ...over, resize: 'aggregate,release', explain: '900' });
    expect(run.flipping).to.include({ flips: 1, instanceS: 60 });
    expect(run.flipped!.instanceS).to.be.above(60);
    expect(run.requests.completed).to.equal(run.requests.offered);
    expect(run.energyJ!.total - run.released!.energyJ).to.be.below(pairs.energyJ!.total - pairs.released!.energyJ);
    expect(run.explanation!.shape!.reason).to.match(/^1 aggregated: predicted to draw \d+ W less than/);
    expect(renderExplanation(run.explanation!)).to.match(/The fleet aimed at 1 aggregated/);
    expect(renderSimulation(run)).to.match(/flipped +1 change of role, 60 instance seconds of loading/);
    expect(validator('run')(run)).to.equal(true);
  });

  it('runs engines that do both phases where a cluster has only those', async () => {
    const run = await simulated({ prefill: undefined, decode: undefined, aggregated: 2, durationS: 60, ratePerS: 1 });
    expect(run.config).to.include({ prefill: 0, decode: 0, aggregated: 2 });
    expect(run.requests.completed).to.equal(run.requests.offered);
    expect(run.energyJ!.prefill).to.equal(0);
    expect(validator('run')(run)).to.equal(true);
  });

  it('can be ended in between', async () => {
    const { scenario, contender } = await planned({ durationS: 1000 });
    let breaths = 0;
    const stop = (): Promise<void> => (++breaths === 3 ? Promise.reject(new Error('enough')) : Promise.resolve());
    const ended = await paced(simulate(scenario, contender, maker), stop).catch((error: unknown) => error);
    expect(ended).to.be.an('error').with.property('message', 'enough');
    expect(breaths).to.equal(3);
  });
});

describe('comparisons that know the future', function () {
  this.timeout(60_000);

  it('the best static pair keeps up with max and costs no more than any neighbour', async () => {
    const scenario = await scenarioOf({ durationS: 10, clocks: '690,810,930,1050,1170,1290,1410' });
    const { fixedMhz, record, tried } = finish(bestPair(scenario, 'least-requests', maker));
    const baseline = runOf(scenario);
    expect(keepsUp(baseline, record)).to.equal(true);
    expect(tried).to.be.above(4);
    const costWith = (over: Partial<typeof fixedMhz>): number => {
      const run = finish(simulate(scenario, { ...MAX, governor: 'fixed', fixedMhz: { ...fixedMhz, ...over } }, maker));
      return keepsUp(baseline, run) ? costOf(baseline, run) : Infinity;
    };
    const own = costOf(baseline, record);
    for (const step of [-120, 120]) {
      for (const role of ['prefill', 'decode'] as const) {
        const mhz = fixedMhz[role] + step;
        if (scenario.clocksMhz.includes(mhz)) expect(costWith({ [role]: mhz }), `${role} ${mhz}`).to.be.at.least(own);
      }
    }
  });

  it('fixed-best is found and held', async () => {
    const said: string[] = [];
    const options = await planned({ governor: 'fixed-best', durationS: 5, clocks: '690,1050,1410' });
    const { config } = finish(runSimulation(options, maker, (text) => said.push(text)));
    expect(config.governor).to.equal('fixed-best');
    expect(config.clocksMhz).to.have.length(2);
    expect(said.join()).to.match(/best of \d+ pairs: prefill \d+ MHz, decode \d+ MHz/);
  });

  it('max right-sized keeps up with fewer instances, and parked ones are charged', async () => {
    const scenario = await scenarioOf({ prefill: 3, decode: 3, durationS: 10 });
    const { size, record, parkedEnergyJ } = finish(rightSized(scenario, 'least-requests', maker));
    expect(size.prefill + size.decode).to.be.below(6);
    expect(keepsUp(runOf(scenario), record)).to.equal(true);
    const parked = 6 - size.prefill - size.decode;
    expect((parkedEnergyJ! - record.energyJ!.total) / record.measuredS / parked).to.be.within(40, 80);
    const smaller = { ...scenario, size: { ...size, prefill: size.prefill - 1 } };
    if (smaller.size.prefill > 0) expect(keepsUp(runOf(scenario), runOf(smaller))).to.equal(false);
  });
});

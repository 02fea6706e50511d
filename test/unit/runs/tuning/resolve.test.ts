import { expect } from 'chai';
import { fileStore } from '../../../../src/adapters/host/fs-store.ts';
import { shippedProfiles } from '../../../../src/adapters/host/shipped-profiles.ts';
import type { ClusterFile } from '../../../../src/domain/cluster.ts';
import { VoltanaError } from '../../../../src/domain/errors.ts';
import { gpusOf } from '../../../../src/domain/tuning.ts';
import type { WorkloadRequest } from '../../../../src/domain/request.ts';
import { Library } from '../../../../src/runs/library.ts';
import type { TuneRequest } from '../../../../src/runs/tuning/request.ts';
import { resolveTuning, sameGround, type TunePlan } from '../../../../src/runs/tuning/resolve.ts';
import { canonicalText } from '../../../../src/runs/tuning/task-key.ts';
import { layoutsOf } from '../../../../src/tuning/search/space.ts';
import type { Trace } from '../../../../src/workload/traces/import.ts';
import { config, header } from '../../../fixtures/run-records.ts';

const BASE: TuneRequest = { gpu: 'a100-sxm4-80gb', model: 'llama-3.1-8b', rate: 8, sloTtftMs: 1000, sloItlMs: 50, seed: 1 };
const FIT = 'a100-llama-3.1-8b-emulated';

const traceOf = (requests: WorkloadRequest[], timed = true): Trace => ({ format: 'azure', timed, requests, dropped: 0, notes: [] });
const request = (id: string, arrivalMs: number): WorkloadRequest => ({ id, arrivalMs, promptTokens: 10, maxTokens: 5 });

const library = new Library(shippedProfiles(fileStore()), fileStore());

const resolve = (over: Partial<TuneRequest> = {}, trace: Trace = traceOf([]), record: object = {}): Promise<TunePlan> =>
  resolveTuning(
    { ...BASE, ...over },
    {
      library,
      readTrace: () => Promise.resolve(trace),
      readRun: () => Promise.resolve(record as never),
    },
  );

/** The same, of a cluster file that nobody wrote. */
const resolveOn = (cluster: ClusterFile, over: Partial<TuneRequest>): Promise<TunePlan> => {
  class Known extends Library {
    override cluster(): Promise<ClusterFile> {
      return Promise.resolve(cluster);
    }
  }
  const nothing = (): Promise<never> => Promise.reject(new Error('nobody reads that'));
  return resolveTuning(
    { ...BASE, ...over },
    { library: new Known(shippedProfiles(fileStore()), fileStore()), readTrace: nothing, readRun: nothing },
  );
};

const ofExit2 = async (plan: Promise<TunePlan>, what: object): Promise<VoltanaError> => {
  const error = await plan.then(
    () => null,
    (caught: unknown) => caught,
  );
  expect(error, JSON.stringify(what)).to.be.instanceOf(VoltanaError);
  expect((error as VoltanaError).exitCode).to.equal(2);
  return error as VoltanaError;
};
const refused = (over: Partial<TuneRequest>, trace?: Trace, record?: object): Promise<VoltanaError> =>
  ofExit2(resolve(over, trace, record), over);
const refusedOn = (cluster: ClusterFile, over: Partial<TuneRequest>): Promise<VoltanaError> => ofExit2(resolveOn(cluster, over), over);

describe('what a search is asked', () => {
  it('by the cards: the fewest GPUs that hold the model, all GPUs split evenly, 2 to 16 of them', async () => {
    const plan = await resolve();
    expect(plan.space.variants.map(({ id, tps }) => [id, tps])).to.deep.equal([['a100-sxm4-80gb/llama-3.1-8b', [1]]]);
    expect(plan.constraints).to.deep.equal({
      slo: { ttftMs: 1000, itlMs: 50 },
      sloTarget: 0.99,
      confidence: 0.95,
      gpus: { least: 2, most: 16 },
      powerBudgetW: null,
    });
    expect(plan.baseline).to.include({ prefill: 8, decode: 8, aggregated: 0, tp: 1 });
    expect((await resolve({ model: 'llama-3.3-70b' })).space.variants[0]!.tps).to.deep.equal([2]);
  });

  it('number formats are variants of their own, FP8 only where the GPU multiplies it', async () => {
    const plan = await resolve({ gpu: 'h100-sxm5-80gb', dtype: 'bf16,fp8', kvDtype: 'bf16,fp8' });
    const told = plan.ground.variants.map(({ weights, kv, model }) => [weights, kv, model.bytesPerWeight, model.bytesPerKvElement]);
    expect(told).to.deep.equal([
      ['bf16', 'bf16', 2, 2],
      ['bf16', 'fp8', 2, 1],
      ['fp8', 'bf16', 1, 2],
      ['fp8', 'fp8', 1, 1],
    ]);
    expect(new Set(plan.ground.variants.map(({ id }) => id)).size).to.equal(4);
    expect((await refused({ dtype: 'fp8' })).message).to.match(/no FP8 tensor cores/);
  });

  it('by a fit, whose width and hardware hold', async () => {
    const plan = await resolve({ fitted: [FIT], gpu: undefined, model: undefined });
    expect(plan.ground.variants[0]).to.include({ id: FIT, weights: 'bf16' });
    expect((await refused({ fitted: [FIT], gpu: 'h100-sxm5-80gb', model: undefined })).message).to.match(
      /measured with gpu a100-sxm4-80gb/,
    );
    expect((await refused({ fitted: [FIT], gpu: undefined, model: undefined, tp: '2' })).message).to.match(/measured with 1 GPUs/);
    expect((await refused({ fitted: [FIT], dtype: 'fp8' })).message).to.match(/--dtype is of cards/);
  });

  it('by a cluster file: its devices, promises and layout, where no flag says otherwise', async () => {
    const cluster = 'emulated-2p2d-a100-llama-3.1-8b';
    const bare = { cluster, gpu: undefined, model: undefined, sloTtftMs: undefined, sloItlMs: undefined };
    const plan = await resolve(bare);
    expect(plan.constraints.slo).to.deep.equal({ ttftMs: 1000, itlMs: 50 });
    expect(plan.baseline).to.include({ prefill: 2, decode: 2 });
    expect(plan.cluster?.name).to.equal(cluster);
    expect((await refused({ ...bare, gpus: '1..100000' })).message).to.match(/1\.\.100000/);
    expect((await resolve({ ...bare, sloItlMs: 40, prefill: 1, decode: 3 })).baseline).to.include({ prefill: 1, decode: 3 });
  });

  it('--gpu that contradicts the cluster file is refused, whether its engines are real or emulated', async () => {
    const shipped = 'emulated-2p2d-a100-llama-3.1-8b';
    const emulated = await library.cluster(shipped);
    const real: ClusterFile = { ...emulated, engine: { kind: 'sglang' } };
    for (const cluster of [emulated, real]) {
      const asked = { cluster: 'c.yaml', model: undefined, tp: undefined };
      const error = await refusedOn(cluster, { ...asked, gpu: 'h100-sxm5-80gb' });
      expect(error).to.include({ code: 'BAD_FLAG', exitCode: 2 });
      expect(error.message).to.equal('--gpu h100-sxm5-80gb is not what c.yaml has: a100-sxm4-80gb');
      expect((await resolveOn(cluster, { ...asked, gpu: 'a100-sxm4-80gb' })).baseline).to.include({ prefill: 2, decode: 2 });
    }
  });

  it('the load of a recorded run, and its promises', async () => {
    const record = { ...header, config: { ...config, workload: 'sharegpt', rate: 5.5, slo: { ttftMs: 700, itlMs: 33 } }, mode: 'live' };
    const plan = await resolve({ from: 'run', rate: undefined, sloTtftMs: undefined, sloItlMs: undefined }, undefined, record);
    expect(plan.ground.load).to.include({ kind: 'workload', ratePerS: 5.5 });
    expect(plan.constraints.slo).to.deep.equal({ ttftMs: 700, itlMs: 33 });
    const live = { ...record, config: { ...record.config, workload: 'live traffic' } };
    expect((await refused({ from: 'run' }, undefined, live)).message).to.match(/live traffic, whose requests nobody could draw again/);
  });

  it('a trace at its own mean rate, or at another; one without times needs a rate', async () => {
    const trace = traceOf([request('a', 0), request('b', 250), request('c', 1000)]);
    expect((await resolve({ trace: 't.csv', rate: undefined }, trace)).ground.load).to.include({ kind: 'trace', ratePerS: 2, timed: true });
    expect((await resolve({ trace: 't.csv' }, trace)).ground.load.ratePerS).to.equal(8);
    const untimed = traceOf([request('a', 0), request('b', 0)], false);
    expect((await resolve({ trace: 't.csv' }, untimed)).ground.load).to.include({ timed: false, ratePerS: 8 });
    expect((await refused({ trace: 't.csv', rate: undefined }, untimed)).message).to.match(/does not tell when/);
    expect((await refused({ trace: 't.csv' }, traceOf([]))).message).to.match(/has no requests/);
  });

  it('names what is wrong, before anything is simulated', async () => {
    const wrong: readonly [Partial<TuneRequest>, RegExp][] = [
      [{ gpu: undefined }, /needs devices/],
      [{ gpu: 'a100-sxm4-80g' }, /unknown GPU/],
      [{ rate: undefined }, /needs a rate/],
      [{ sloItlMs: undefined }, /--slo-itl MS is missing/],
      [{ workload: 'sharegpt', trace: 't.csv' }, /two loads/],
      [{ trace: 't.csv', burstiness: 2 }, /--burstiness 2/],
      [{ gpus: '9..2' }, /9 is more than 2/],
      [{ gpus: 'two' }, /no range of GPUs/],
      [{ tp: '4', gpus: '1..3' }, /no instance of 4 GPUs fits/],
      [{ tp: '3' }, /does not divide/],
      [{ model: 'llama-3.3-70b', tp: '1' }, /exceed/],
      [{ prefill: 9, decode: 9, gpus: '2..16' }, /takes 18 GPUs/],
      [{ prefill: 2 }, /both phases/],
      [{ prefill: 1, decode: 1, aggregated: 1 }, /or aggregated ones/],
      [{ powerBudgetW: 20 }, /less than the least fleet draws/],
      [{ sloTarget: 1.2 }, /fraction of 1.2/],
      [{ governors: 'slow' }, /unknown governor "slow"/],
      [{ governors: 'slo,floor' }, /governor floor cannot be recommended/],
      [{ routings: 'ecco' }, /unknown routing policy/],
      [{ rest: 'sleep' }, /unknown rest/],
      [{ caps: '900' }, /cannot be held/],
      [{ caps: '300,,250' }, /empty place/],
      [{ objective: 'cost' }, /nobody knows what cost comes to/],
      [{ objective: 'carbon' }, /nobody knows what carbon comes to/],
      [{ objective: 'fame' }, /unknown objective/],
      [{ effort: 'quik' }, /unknown effort/],
      [{ questions: 'largest-rat' }, /unknown question/],
    ];
    for (const [over, message] of wrong) expect((await refused(over)).message, JSON.stringify(over)).to.match(message);
    expect((await refused({ governors: 'ecofrq' })).hint).to.match(/Did you mean "ecofreq"/);
  });

  it('every layout of its space lies in the range, and the baseline does', async () => {
    const plan = await resolve({ gpus: '3..6', tp: '1,2' });
    const gpus = layoutsOf(plan.space).map(gpusOf);
    expect(Math.min(...gpus, gpusOf(plan.baseline))).to.be.at.least(3);
    expect(Math.max(...gpus, gpusOf(plan.baseline))).to.be.at.most(6);
  });

  it('two searches are on the same ground when their evaluations mean the same', async () => {
    const ground = async (over: Partial<TuneRequest> = {}): Promise<string> => canonicalText(sameGround(await resolve(over)));
    expect(await ground()).to.equal(await ground({ gpus: '2..16', effort: 'usual', dtype: 'bf16' }));
    for (const over of [{ rate: 9 }, { seed: 2 }, { sloItlMs: 51 }, { gpus: '2..4' }, { effort: 'quick' }, { rest: 'awake' }])
      expect(await ground(over), JSON.stringify(over)).not.to.equal(await ground());
  });
});

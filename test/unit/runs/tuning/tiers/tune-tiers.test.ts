import { expect } from 'chai';
import { fileStore } from '../../../../../src/adapters/host/fs-store.ts';
import { shippedProfiles } from '../../../../../src/adapters/host/shipped-profiles.ts';
import { VoltanaError } from '../../../../../src/domain/errors.ts';
import { gpusOf, type Evaluation, type TuningChoice } from '../../../../../src/domain/tuning.ts';
import { Library } from '../../../../../src/runs/library.ts';
import { EvaluationCaches } from '../../../../../src/runs/tuning/caches.ts';
import { clusterOf } from '../../../../../src/runs/tuning/cluster-of.ts';
import { tuningDocument } from '../../../../../src/runs/tuning/document.ts';
import { evaluate } from '../../../../../src/runs/tuning/evaluate.ts';
import { variantOf } from '../../../../../src/runs/tuning/ground.ts';
import type { TuneRequest } from '../../../../../src/runs/tuning/request.ts';
import { resolveTuning, sameGround, type TunePlan } from '../../../../../src/runs/tuning/resolve.ts';
import { scheduleOf } from '../../../../../src/runs/tuning/schedule.ts';
import { canonicalText, taskKey } from '../../../../../src/runs/tuning/task-key.ts';
import { tiersDocument } from '../../../../../src/runs/tuning/tiers/document.ts';
import { groundOfTier } from '../../../../../src/runs/tuning/tiers/ground-of-tier.ts';
import { tune, type TuneResult } from '../../../../../src/runs/tuning/tune.ts';
import type { SearchEffort } from '../../../../../src/tuning/search/effort.ts';
import type { EvaluationTask } from '../../../../../src/tuning/types.ts';
import { header } from '../../../../fixtures/run-records.ts';
import { validator } from '../../../../fixtures/schemas.ts';

const BASE: TuneRequest = {
  ...{ gpu: 'a100-sxm4-80gb', model: 'llama-3.1-8b', rate: 3, sloTtftMs: 2000, sloItlMs: 60, sloTarget: 0.9, gpus: '2..5', seed: 1 },
  ...{ governors: 'fixed', routings: 'least-requests', rest: 'awake', effort: 'quick' },
};
const BATCH = { batchRate: 2, batchDeadline: 300, batchTarget: 0.9 };

const resolve = (over: Partial<TuneRequest> = {}): Promise<TunePlan> =>
  resolveTuning(
    { ...BASE, ...over },
    {
      library: new Library(shippedProfiles(fileStore()), fileStore()),
      readTrace: () => Promise.reject(new Error('no trace was named')),
      readRun: () => Promise.reject(new Error('no run was named')),
    },
  );

const refused = async (over: Partial<TuneRequest>): Promise<VoltanaError> => {
  const error: unknown = await resolve(over).then(
    () => null,
    (caught: unknown) => caught,
  );
  expect(error, JSON.stringify(over)).to.be.instanceOf(VoltanaError);
  expect((error as VoltanaError).exitCode).to.equal(2);
  return error as VoltanaError;
};

/** As short as a search may be. */
const EFFORT: SearchEffort = {
  rungs: [{ requests: 120, enter: 8, neighbours: 0 }],
  local: { looks: 0, confirmations: 0 },
  judging: { finalists: 2, rounds: 2, seeds: 1, requests: 240 },
  sensitivity: 0,
};

const shortened = ({ batch, ...plan }: TunePlan): TunePlan => ({
  ...{ ...plan, effort: EFFORT },
  batch: batch && { ...batch, effort: EFFORT, together: { ...batch.together, effort: EFFORT } },
});

interface Driven {
  readonly result: TuneResult;
  readonly tasks: readonly EvaluationTask[];
}

/** The robustness behind a search is not what is looked at here: it is answered with what is known of the same configuration. */
function driven(plan: TunePlan, caches = new EvaluationCaches()): Driven {
  const known = new Map<string, Evaluation>();
  const byChoice = new Map<string, Evaluation>();
  const tasks: EvaluationTask[] = [];
  const answer = (task: EvaluationTask, stage: string): Evaluation => {
    tasks.push(task);
    const [key, choice] = [taskKey(task), canonicalText(task.choice)];
    if (stage.startsWith('the pick')) return { ...byChoice.get(choice)!, fidelity: task.fidelity };
    const evaluation = known.get(key) ?? evaluate(plan.ground, task, caches);
    known.set(key, evaluation);
    if (task.tier === undefined) byChoice.set(choice, evaluation);
    return evaluation;
  };
  const asking = tune(plan);
  let turn = asking.next([]);
  while (!turn.done) {
    const { stage, tasks: asked } = turn.value;
    turn = asking.next(asked.map((task) => answer(task, stage)));
  }
  return { result: turn.value, tasks };
}

describe('a batch tier beside a search', function () {
  this.timeout(60_000);

  it('half a tier, and one that cannot be, are refused', async () => {
    expect((await refused({ batchDeadline: 60 })).message).to.include('--batch-deadline');
    expect((await refused({ batchWorkload: 'sharegpt' })).message).to.include('--batch-workload');
    expect((await refused({ batchRate: 2 })).message).to.include('deadline');
    expect((await refused({ ...BATCH, batchRate: 0 })).message).to.include('0 requests per second');
    expect((await refused({ ...BATCH, batchTarget: 1 })).message).to.include('fraction of 1');
    expect((await refused({ ...BATCH, batchDeadline: 1 })).message).to.match(/gaps of .* ms, .* s in all/);
    expect((await refused({ ...BATCH, batchWorkload: 'sharegtp' })).hint).to.include('Did you mean "sharegpt"');
    expect((await refused({ ...BATCH, batchRate: 1000 })).message).to.include('cannot do 1000 requests/s');
    expect((await refused({ ...BATCH, gpus: '1..2', rate: 4, batchRate: 8 })).message).to.include('no GPUs are left for the batch tier');
  });

  it('each tier leaves the other the least that it needs', async () => {
    const { batch, space, ground, constraints } = await resolve(BATCH);
    expect(batch!.fewest).to.deep.equal({ interactive: 1, batch: 1 });
    expect([space.gpus.most, batch!.space.gpus.most, constraints.gpus.most]).to.deep.equal([4, 4, 5]);
    expect(batch!.constraints).to.include({ sloTarget: 0.9 });
    expect(ground.batch!.slo).to.deep.equal(batch!.planned.slo);
  });

  it('its lengths are those of the others, or of a workload of its own', async () => {
    const own = await resolve({ ...BATCH, batchWorkload: 'sharegpt' });
    const names = [await resolve(BATCH), own].map(({ batch }) => batch!.tier.load.kind === 'workload' && batch!.tier.load.card.id);
    expect(names).to.deep.equal(['azure-conv-2023', 'sharegpt']);
    expect(own.batch!.tier.load.ratePerS).to.equal(2);
  });

  it('both loads on one fleet: each at its rate, with draws of its own', async () => {
    const { ground } = await resolve(BATCH);
    const { load } = groundOfTier(ground, 'together').ground;
    const requests = scheduleOf(load, { requests: 2000, seed: 1, load: 1 }, null);
    expect(requests.map(({ arrivalMs }) => arrivalMs)).to.deep.equal(requests.map(({ arrivalMs }) => arrivalMs).sort((a, b) => a - b));
    expect(new Set(requests.map(({ id }) => id)).size).to.equal(2000);
    const batch = requests.filter(({ id }) => id.endsWith('+'));
    expect(batch.length / 2000).to.be.closeTo(0.4, 0.06);
    const lengths = (of: typeof requests): string => JSON.stringify(of.slice(0, 20).map(({ promptTokens }) => promptTokens));
    expect(lengths(batch)).not.to.equal(lengths(requests.filter(({ id }) => !id.endsWith('+'))));
  });

  it('without one nothing is asked, kept or told of it', async () => {
    const plan = shortened(await resolve());
    expect(canonicalText(sameGround(plan))).not.to.include('"batch"');
    const { result, tasks } = driven(plan);
    expect(tasks.some((task) => 'tier' in task)).to.equal(false);
    expect(result.tiers).to.equal(null);
    expect(result.outcome.best.evaluations.some((one) => 'e2eP99Ms' in one)).to.equal(false);
  });

  describe('searched', () => {
    let plan: TunePlan;
    let found: Driven;
    const clusterFor = (choice: TuningChoice) =>
      clusterOf(choice, variantOf(plan.ground, choice.variant), { slo: plan.constraints.slo, given: plan.cluster });
    before(async () => {
      plan = shortened(await resolve(BATCH));
      found = driven(plan);
    });

    it('both tiers have room beside each other, and keep what they must', () => {
      const { interactive, batch } = found.result.tiers!;
      expect(gpusOf(interactive.best.choice) + gpusOf(batch.best.choice)).to.be.at.most(5);
      expect(found.result.outcome).to.equal(interactive);
      expect(batch.best.evaluations.every(({ e2eP99Ms, overloaded }) => e2eP99Ms! <= 300_000 && !overloaded)).to.equal(true);
    });

    it('the same again, task by task', () => {
      const again = driven(plan);
      expect(JSON.stringify(again.tasks)).to.equal(JSON.stringify(found.tasks));
      expect(JSON.stringify(again.result)).to.equal(JSON.stringify(found.result));
    });

    it('the document compares the ways, names the least and has a file for each fleet of it', () => {
      const { result } = found;
      const tiers = tiersDocument(plan, plan.batch!, result.tiers!, clusterFor);
      const made = { clusterOf: clusterFor, header: { ...header, argv: [] }, workers: 1, wallS: 1 };
      const document = tuningDocument({ ...result, plan, tiers, ...made });
      expect(validator('tuning')(document), JSON.stringify(validator('tuning').errors)).to.equal(true);
      const [apart, alike] = tiers.ways;
      expect(apart!.served.map(({ tier, deadlineS }) => [tier, deadlineS])).to.deep.equal([
        ['interactive', null],
        ['batch', 300],
      ]);
      expect(apart!.meanPowerW).to.be.closeTo(apart!.served[0]!.meanPowerW + apart!.served[1]!.meanPowerW, 1e-9);
      expect(apart!.clusters[1]!.gateway).to.include({ requestTimeoutS: 300, firstTokenTimeoutS: 300 });
      expect(apart!.clusters[1]!.slo).to.deep.equal(plan.batch!.planned.slo);
      expect(tiers.recommended).to.equal(alike!.changePct !== null && alike!.changePct < 0 ? 'as-interactive' : 'apart');
    });
  });
});

import { expect } from 'chai';
import type { Evaluation } from '../../../../src/domain/tuning.ts';
import { VoltanaError } from '../../../../src/domain/errors.ts';
import type { WorkerPool } from '../../../../src/ports/worker-pool.ts';
import { Driver, type DriveOptions } from '../../../../src/runs/tuning/drive.ts';
import { encodeEvaluation, readEvaluations } from '../../../../src/runs/tuning/journal-lines.ts';
import { canonicalText, taskKey } from '../../../../src/runs/tuning/task-key.ts';
import type { Asking, EvaluationTask } from '../../../../src/tuning/types.ts';
import { choice } from '../../../fixtures/tuning-documents.ts';

const task = (prefill: number, seed = 1): EvaluationTask => ({
  choice: choice({ prefill }),
  fidelity: { requests: 100, seed, load: 1, hostileWorld: null },
  slo: null,
  day: null,
});

const evaluationOf = ({ choice: chosen, fidelity }: EvaluationTask): Evaluation => ({
  choice: chosen,
  fidelity,
  gpus: chosen.prefill + chosen.decode,
  joulesPerOutputToken: 1 / (chosen.prefill + fidelity.seed / 7),
  meanPowerW: 100,
  peakPowerW: 200,
  kept: [{ met: 99, of: 100 }],
  ttftAttainment: 1,
  itlAttainment: 0.99,
  ttftP99Ms: null,
  tpotP99Ms: 10,
  goodputRps: 1,
  outputTokensPerS: 3,
  gpuS: 5,
  releasedGpuS: 0,
  releasedEnergyJ: 0,
  spanS: 9,
  overloaded: false,
  evidence: 'validated',
});

/** Answers in whatever order it is told to, and counts. */
class FakePool implements WorkerPool<EvaluationTask, Evaluation> {
  readonly size = 2;
  readonly ran: EvaluationTask[] = [];
  readonly #turns: (task: EvaluationTask) => number;
  constructor(turns: (task: EvaluationTask) => number = () => 0) {
    this.#turns = turns;
  }
  async run(asked: EvaluationTask, signal?: AbortSignal): Promise<Evaluation> {
    this.ran.push(asked);
    for (let i = this.#turns(asked); i > 0; i--) await Promise.resolve();
    signal?.throwIfAborted();
    return evaluationOf(asked);
  }
  close(): Promise<void> {
    return Promise.resolve();
  }
}

function* twoRounds(): Asking<number[]> {
  const first = yield { stage: 'one', tasks: [task(1), task(2), task(3), task(1)], requestsToCome: 300 };
  const second = yield { stage: 'two', tasks: [task(2), task(4, 2)], requestsToCome: 0 };
  return [...first, ...second].map(({ joulesPerOutputToken }) => joulesPerOutputToken!);
}

const silent = { batch: () => undefined, done: () => undefined };
const options = (pool: WorkerPool<EvaluationTask, Evaluation>, over: Partial<DriveOptions> = {}): DriveOptions => ({
  pool,
  digest: (text) => text,
  journal: null,
  known: new Map(),
  listener: silent,
  signal: new AbortController().signal,
  ...over,
});

const expected = [task(1), task(2), task(3), task(1), task(2), task(4, 2)].map((one) => evaluationOf(one).joulesPerOutputToken);

describe('driving a search', () => {
  it('answers in the order of the batch, whoever is ready first, and runs each task once', async () => {
    for (const turns of [
      () => 0,
      ({ choice: { prefill } }: EvaluationTask) => 20 - 5 * prefill,
      ({ choice: { prefill } }: EvaluationTask) => 9 * prefill,
    ]) {
      const pool = new FakePool(turns);
      expect(await new Driver(options(pool)).drive(twoRounds())).to.deep.equal(expected);
      expect(pool.ran.map(taskKey).sort()).to.deep.equal([task(1), task(2), task(3), task(4, 2)].map(taskKey).sort());
    }
  });

  it('writes every finding down once, and goes on from there with the same result', async () => {
    const lines: object[] = [];
    const journal = { append: (line: object) => void lines.push(JSON.parse(JSON.stringify(line)) as object) };
    await new Driver(options(new FakePool(), { journal })).drive(twoRounds());
    expect(lines).to.have.length(4);
    for (let kept = 0; kept <= lines.length; kept++) {
      const known = await readEvaluations(asyncOf(lines.slice(0, kept)), refused);
      const pool = new FakePool();
      expect(await new Driver(options(pool, { known })).drive(twoRounds())).to.deep.equal(expected);
      expect(pool.ran).to.have.length(4 - kept);
    }
  });

  it('tells what was new and what was known', async () => {
    const known = new Map([[taskKey(task(3)), encodeEvaluation('', evaluationOf(task(3))).e]]);
    const told: [string, boolean][] = [];
    let stage = '';
    const listener = {
      batch: (batch: { stage: string }) => void (stage = batch.stage),
      done: ({ choice: { prefill } }: EvaluationTask, _: Evaluation, isNew: boolean) => void told.push([`${stage} ${prefill}`, isNew]),
    };
    await new Driver(options(new FakePool(), { known, listener })).drive(twoRounds());
    expect(Object.fromEntries(told)).to.deep.equal({ 'one 1': true, 'one 2': true, 'one 3': false, 'two 2': false, 'two 4': true });
  });

  it('ends with the reason of the signal, and asks nobody any more', async () => {
    const controller = new AbortController();
    const reason = new VoltanaError('INTERRUPTED', 'Interrupted.');
    const pool = new FakePool();
    const listener = { ...silent, done: () => controller.abort(reason) };
    const error = await new Driver(options(pool, { listener, signal: controller.signal }))
      .drive(twoRounds())
      .catch((caught: unknown) => caught);
    expect(error).to.equal(reason);
    expect(pool.ran.length).to.be.below(4);
  });

  it('a task that fails ends the search with its error', async () => {
    const failing = new VoltanaError('BAD_VALUE', 'no such clock');
    const pool = new FakePool();
    const run = pool.run.bind(pool);
    pool.run = (asked, signal) => (asked.choice.prefill === 2 ? Promise.reject(failing) : run(asked, signal));
    expect(await new Driver(options(pool)).drive(twoRounds()).catch((error: unknown) => error)).to.equal(failing);
  });
});

const refused = (error: Error): never => {
  throw error;
};

async function* asyncOf(lines: readonly object[]): AsyncGenerator<object> {
  yield* lines;
}

describe('what a journal keeps of evaluations', () => {
  it('names a task by its content, not by the order of its keys', () => {
    expect(canonicalText({ a: 1, b: [{ d: null, c: 'x' }] })).to.equal(canonicalText({ b: [{ c: 'x', d: null }], a: 1 }));
    expect(taskKey(task(1))).not.to.equal(taskKey(task(1, 2)));
    expect(taskKey({ ...task(1), slo: { ttftMs: 1, itlMs: 1 } })).not.to.equal(taskKey(task(1)));
  });

  it('leaves out what newer versions write down besides', async () => {
    expect((await readEvaluations(asyncOf([{ note: 'x' }]), refused)).size).to.equal(0);
  });

  it('what is no evaluation is told, and counts as never done', async () => {
    const whole = encodeEvaluation('abc', evaluationOf(task(1)));
    const wrong: readonly object[] = [
      { ...whole, k: 1 },
      { ...whole, e: null },
      { ...whole, e: { ...whole.e, spanS: 'x' } },
      { ...whole, e: { ...whole.e, joulesPerOutputToken: undefined } },
      { ...whole, e: { ...whole.e, kept: [{ met: 1 }] } },
      { ...whole, e: { ...whole.e, overloaded: 1 } },
    ];
    for (const line of wrong) {
      const told: Error[] = [];
      const known = await readEvaluations(asyncOf([line, { ...whole, k: 'next' }]), (error) => void told.push(error));
      expect([...known.keys()], JSON.stringify(line)).to.deep.equal(['next']);
      expect(told).to.have.length(1);
      expect(told[0]).to.be.instanceOf(VoltanaError).and.to.include({ code: 'FILE_MALFORMED' });
    }
  });
});

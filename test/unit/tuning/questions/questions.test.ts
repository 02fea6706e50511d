import { expect } from 'chai';
import { VoltanaError } from '../../../../src/domain/errors.ts';
import { gpusOf, type CapacityAnswer, type Evaluation } from '../../../../src/domain/tuning.ts';
import { DIURNAL_SHARES, usualDay } from '../../../../src/tuning/questions/day-shape.ts';
import { day, type DayLoad } from '../../../../src/tuning/questions/day.ts';
import { QUESTION_EFFORTS } from '../../../../src/tuning/questions/effort.ts';
import { fewestGpus } from '../../../../src/tuning/questions/fewest-gpus.ts';
import { capacity, followed, questionRequests } from '../../../../src/tuning/questions/index.ts';
import { largestRate } from '../../../../src/tuning/questions/largest-rate.ts';
import { robustness, robustnessRequests } from '../../../../src/tuning/questions/robustness.ts';
import { sloPrice } from '../../../../src/tuning/questions/slo-price.ts';
import { jointAttainment } from '../../../../src/tuning/search/attainment-bound.ts';
import { SEARCH_SEEDS } from '../../../../src/tuning/search/search.ts';
import type { Asking, Batch, EvaluationTask } from '../../../../src/tuning/types.ts';
import { BASELINE, capacityOf, capacityWorld, inquiry, RATE, RECOMMENDED } from '../../../fixtures/tuning/capacity-world.ts';
import { answered } from '../../../fixtures/tuning/synthetic.ts';

const run = <T>(asking: Asking<T>, batches: Batch[] = [], evaluate: (task: EvaluationTask) => Evaluation = capacityWorld): T =>
  answered(asking, { evaluate, onBatch: (batch) => batches.push(batch) });

const REST = { calmMs: 120_000, coldStartMs: 60_000 };
const DAY: DayLoad = { kind: 'shape', shape: usualDay(RATE, 60_000, REST), rest: REST };
const AS_ASKED = { slo: null, fidelity: { requests: 1, seed: 1, load: 1, hostileWorld: null } };

describe('the pick under other conditions', () => {
  const batches: Batch[] = [];
  const checks = run(robustness(inquiry()), batches);

  it('is compared with the baseline on the very same loads and worlds, none of which the search saw', () => {
    const tasks = batches.flatMap((batch) => batch.tasks);
    const of = (choice: object) => tasks.filter((task) => task.choice === choice).map(({ fidelity }) => fidelity);
    expect(of(RECOMMENDED)).to.deep.equal(of(BASELINE));
    for (const { seed } of of(RECOMMENDED)) expect(seed).to.be.at.least(1 + SEARCH_SEEDS);
    const worlds = of(RECOMMENDED).filter(({ hostileWorld }) => hostileWorld !== null);
    expect(new Set(worlds.map(({ hostileWorld }) => hostileWorld)).size).to.equal(20);
    expect(tasks.reduce((sum, { fidelity }) => sum + fidelity.requests, 0)).to.equal(robustnessRequests(inquiry()));
    expect(batches.map(({ requestsToCome }) => requestsToCome)).to.deep.equal([84_000, 72_000, 60_000, 0]);
  });

  it('saves and keeps what it does under each of them', () => {
    expect(checks.map(({ name, load }) => [name, load])).to.deep.equal([
      ['fresh loads', 1],
      ['80 % of the load', 0.8],
      ['120 % of the load', 1.2],
      ['20 hostile worlds', 1],
    ]);
    // 3 pairs of 12/s at nine tenths serve 1.08 times what is asked for.
    expect(checks.map(({ keeps }) => keeps)).to.deep.equal([true, true, false, false]);
    for (const { savedPct } of checks) expect(savedPct).to.be.closeTo(100 * (1 - (6 * 150) / (8 * 200)), 1e-9);
    const hostile = checks.at(-1)!;
    expect(hostile).to.include({ hostileWorlds: 20 });
    expect(hostile.jointP10).to.be.below(hostile.joint!);
    expect(checks.slice(0, 3).map(({ jointP10 }) => jointP10)).to.deep.equal([null, null, null]);
  });

  it('tells how sure that is, and which worlds break the target', () => {
    for (const { joint, lowerBound } of checks) expect(lowerBound).to.be.above(0).and.below(joint!);
    expect(checks.slice(0, 3).map(({ failing }) => failing)).to.deep.equal([undefined, undefined, undefined]);
    const worlds = batches.flatMap(({ tasks }) => tasks).filter(({ choice, fidelity }) => choice === RECOMMENDED && fidelity.hostileWorld);
    const broken = worlds
      .map((task) => ({ seed: task.fidelity.hostileWorld!, joint: jointAttainment([capacityWorld(task)])! }))
      .filter(({ joint }) => joint < inquiry().constraints.sloTarget)
      .sort((a, b) => a.joint - b.joint);
    expect(broken).to.have.length.within(1, 19);
    const { failing } = checks.at(-1)!;
    expect(failing!.map(({ seed, joint }) => ({ seed, joint }))).to.deep.equal(broken);
    expect(failing![0]!.surely, 'a world that serves far less').to.equal(true);
  });

  it('says that it does not know, where no meter was', () => {
    const dark = run(robustness(inquiry()), [], (task) => ({ ...capacityWorld(task), joulesPerOutputToken: null }));
    for (const check of dark) expect(check).to.include({ joulesPerOutputToken: null, savedPct: null, keeps: false });
  });
});

describe('the largest rate', () => {
  it('is the capacity, to 2 % and a step of confirmation', () => {
    for (const pairs of [1, 2, 5, 20]) {
      const recommended = { ...RECOMMENDED, prefill: pairs, decode: pairs };
      const { figures, text } = run(largestRate(inquiry({ recommended })));
      const true_ = capacityOf(recommended, AS_ASKED) * RATE;
      expect(figures['ratePerS']).to.be.within(true_ / 1.021, true_);
      expect(figures['failedRatePerS']).to.be.within(true_, true_ * 1.021);
      expect(text).to.include('requests/s inside the promises (97 % of the requests, 95 % sure)');
    }
  });

  it('is borne out by loads that the bisection did not choose by, or becomes smaller', () => {
    const confirming = 1 + SEARCH_SEEDS + 3000;
    const unlucky = (task: EvaluationTask): Evaluation => {
      const stretched = task.fidelity.seed === confirming ? task.fidelity.load * 1.05 : task.fidelity.load;
      return { ...capacityWorld({ ...task, fidelity: { ...task.fidelity, load: stretched } }), fidelity: task.fidelity };
    };
    const capacityPerS = capacityOf(RECOMMENDED, AS_ASKED) * RATE;
    expect(run(largestRate(inquiry()), [], unlucky).figures['ratePerS']).to.be.within(capacityPerS / 1.08, capacityPerS / 1.05);
  });

  it('says so where no rate is kept', () => {
    const { figures, text } = run(largestRate(inquiry()), [], (task) => ({ ...capacityWorld(task), overloaded: true }));
    expect(figures['ratePerS']).to.equal(null);
    expect(text).to.include('at no rate');
  });
});

describe('the fewest GPUs', () => {
  it('are those of the smallest layout that keeps the target at its highest clock', () => {
    const recommended = { ...RECOMMENDED, prefill: 4, decode: 4 };
    const { figures, text } = run(fewestGpus(inquiry({ recommended })));
    // 3 pairs, or 7 that do both; 5 that do both serve four fifths of it.
    expect(figures).to.include({ gpus: 6, recommendedGpus: 8 });
    expect(text).to.include('6 GPUs are enough for 30 requests/s');
  });

  it('are the recommended ones where no smaller layout does, or arithmetic refuses them', () => {
    expect(run(fewestGpus(inquiry())).figures).to.include({ gpus: 6, recommendedGpus: 6 });
    const batches: Batch[] = [];
    const busy = inquiry({ canServe: () => ({ fits: true, prefillUtilisation: 2, decodeUtilisation: 2 }) });
    expect(run(fewestGpus(busy), batches).text).to.include('arithmetic refuses all of them');
    expect(batches.flatMap(({ tasks }) => tasks.map(({ choice }) => choice))).to.deep.equal([RECOMMENDED]);
  });

  it('looks at sizes in ascending order, and at no more layouts of each than it may', () => {
    const batches: Batch[] = [];
    run(fewestGpus(inquiry()), batches);
    const sizes = batches.slice(0, -1).map(({ tasks }) => gpusOf(tasks[0]!.choice));
    expect(sizes).to.deep.equal([...sizes].sort((a, b) => a - b));
    for (const { tasks } of batches) expect(tasks.length).to.be.at.most(2 * QUESTION_EFFORTS.quick.layouts);
  });
});

describe('the price of other promises', () => {
  it('is told for each of the two, tighter and looser, against the promises that were asked for', () => {
    const cheaper = (task: EvaluationTask): Evaluation => {
      const found = capacityWorld(task);
      const part = task.slo === null ? 1 : task.slo.itlMs / 60;
      return { ...found, joulesPerOutputToken: found.joulesPerOutputToken! / part };
    };
    const answers = run(sloPrice(inquiry()), [], cheaper);
    expect(answers.map(({ figures }) => [figures['ttftMs'], figures['itlMs']])).to.deep.equal([
      [480, 60],
      [750, 60],
      [900, 60],
      [600, 48],
      [600, 75],
      [600, 90],
    ]);
    const saved = answers.map(({ figures }) => figures['savedPct']!);
    for (const [i, wanted] of [0, 0, 0, -25, 20, 100 / 3].entries()) expect(saved[i]).to.be.closeTo(wanted, 1e-9);
    expect(answers.map(({ figures }) => figures['keeps'])).to.deep.equal([0, 1, 1, 0, 1, 1]);
    expect(answers[3]!.text).to.include('25.0 % more').and.include('does not surely keep it');
  });
});

describe('a day', () => {
  it('has 24 shares, at night a quarter of the busiest, and as long as resting needs', () => {
    expect(DIURNAL_SHARES).to.have.length(24);
    expect([Math.min(...DIURNAL_SHARES), Math.max(...DIURNAL_SHARES)]).to.deep.equal([0.25, 1]);
    expect(usualDay(1, 1e6, REST).secondsPerShare).to.equal(300);
    expect(usualDay(1000, 1000, REST).secondsPerShare).to.equal(240);
    expect(usualDay(30, 130_000, REST).secondsPerShare).to.be.within(240, 300);
    expect(() => usualDay(0, 1, REST)).to.throw(VoltanaError);
  });

  it('is served four ways on the same requests, and what released GPUs drew is somebody else’s', () => {
    const batches: Batch[] = [];
    const { figures, text } = run(day(inquiry(), DAY), batches);
    const [{ tasks }] = batches as [Batch];
    expect(tasks.map(({ choice }) => [choice.governor, choice.rest])).to.deep.equal([
      ['max', 'awake'],
      ['slo', 'awake'],
      ['slo', 'park'],
      ['slo', 'release'],
    ]);
    expect(new Set(tasks.map(({ fidelity }) => JSON.stringify(fidelity))).size).to.equal(1);
    const perDay = (watts: number): number => (watts * 24) / 1000;
    const close = (key: string, wanted: number): void => void expect(figures[key], key).to.be.closeTo(wanted, 1e-9 * wanted);
    close('baselineKWhPerDay', perDay(1600));
    close('awakeKWhPerDay', perDay(900));
    close('parkedKWhPerDay', perDay(810));
    close('releasedKWhPerDay', perDay((720 * 7) / 8));
    close('releasedSavedPct', 100 * (1 - 630 / 1600));
    close('releasedSavedWithTheirDrawPct', 100 * (1 - 720 / 1600));
    close('releasedGpuTimePct', 25);
    close('bestSavedPct', 100 * (1 - 630 / 1600));
    expect(text).to.include('Best that keeps the target: released, 60.6 % less').and.include('weigh 15 times as much');
  });

  it('does not sell a way that breaks its promises', () => {
    const broken = (task: EvaluationTask): Evaluation => {
      const found = capacityWorld(task);
      return task.choice.rest === 'release' ? { ...found, kept: found.kept.map(({ of }) => ({ met: 0.9 * of, of })) } : found;
    };
    expect(run(day(inquiry(), DAY), [], broken).figures['bestSavedPct']).to.be.closeTo(100 * (1 - 810 / 1600), 1e-9);
    const none = run(day(inquiry({ ratePerS: RATE, recommended: { ...RECOMMENDED, prefill: 1, decode: 1 } }), DAY));
    expect(none.figures['bestSavedPct']).to.equal(null);
    expect(none.text).to.include('None of the recommended ways keeps the target');
  });

  it('of a trace is as it came', () => {
    const batches: Batch[] = [];
    const { text, figures } = run(day(inquiry(), { kind: 'trace', requests: 5000 }), batches);
    for (const { day: shape, fidelity } of batches[0]!.tasks) expect([shape, fidelity.requests]).to.deep.equal([null, 5000]);
    expect(text).to.include('Over the trace, as it came').and.not.include('weigh');
    expect(figures['secondsPerShare']).to.equal(null);
  });
});

describe('questions in turn', () => {
  it('are answered in the order that they were asked, and their work is counted before it is done', () => {
    const batches: Batch[] = [];
    const asked = { ...inquiry(), day: DAY };
    const answers: CapacityAnswer[] = run(capacity(asked, ['day', 'slo-price', 'largest-rate', 'fewest-gpus']), batches);
    expect([...new Set(answers.map(({ question }) => question))]).to.deep.equal(['day', 'slo-price', 'largest-rate', 'fewest-gpus']);
    for (const { text, figures } of answers) {
      expect(text).to.match(/\.$/);
      for (const value of Object.values(figures)) expect(value === null || Number.isFinite(value)).to.equal(true);
    }
    const later = questionRequests(asked, ['slo-price', 'largest-rate', 'fewest-gpus']) - robustnessRequests(asked);
    expect(batches[0]!.requestsToCome).to.equal(later);
  });

  it('refuses a driver that answers fewer runs than it was asked for', () => {
    const asking = robustness(inquiry());
    asking.next();
    expect(() => asking.next([])).to.throw(VoltanaError, 'answered');
  });

  it('come behind a search that tells so', () => {
    const batch: Batch = { stage: 's', tasks: [], requestsToCome: 5 };
    const search = followed(
      (function* (): Asking<string> {
        yield batch;
        return 'found';
      })(),
      7,
    );
    expect(search.next().value).to.deep.equal({ ...batch, requestsToCome: 12 });
    expect(search.next([])).to.deep.equal({ done: true, value: 'found' });
  });
});

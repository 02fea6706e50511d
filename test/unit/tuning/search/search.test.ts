import { expect } from 'chai';
import { VoltanaError } from '../../../../src/domain/errors.ts';
import type { Evaluation, TuningChoice } from '../../../../src/domain/tuning.ts';
import { effortAt, EFFORTS, planOf, type SearchEffort } from '../../../../src/tuning/search/effort.ts';
import { baselineOf, searchConfigurations, type SearchOptions } from '../../../../src/tuning/search/index.ts';
import { busyness } from '../../../../src/tuning/search/screen.ts';
import { SEARCH_SEEDS } from '../../../../src/tuning/search/search.ts';
import { choiceKey, PLAIN_SETTINGS } from '../../../../src/tuning/search/settings.ts';
import { everyChoice, layoutsOf, type TuningSpace } from '../../../../src/tuning/search/space.ts';
import { standingOf, type Criteria } from '../../../../src/tuning/search/standing.ts';
import type { Batch, EvaluationTask, SearchOutcome } from '../../../../src/tuning/types.ts';
import {
  answered,
  canServe,
  CONSTRAINTS,
  PRICES,
  SLO,
  SPACE,
  synthetic,
  trueAttainment,
  trueCost,
} from '../../../fixtures/tuning/synthetic.ts';

/** Looks at a twentieth of the space below. */
const EFFORT: SearchEffort = {
  rungs: [
    { requests: 300, enter: 300, neighbours: 80 },
    { requests: 1200, enter: 60, neighbours: 20 },
    { requests: 4800, enter: 14, neighbours: 6 },
  ],
  local: { looks: 90, confirmations: 14 },
  judging: { finalists: 5, rounds: 3, seeds: 3, requests: 12_000 },
  sensitivity: 20,
};
const CRITERIA: Criteria = { objective: 'energy', prices: PRICES, constraints: CONSTRAINTS };
const SMALL: TuningSpace = {
  ...SPACE,
  variants: [{ id: 'a', tps: [1] }],
  settings: { ...SPACE.settings, routing: ['eco'], chunkTokens: [null, 2048] },
};
const GIVEN = { variant: 'a', tp: 1, prefill: 3, decode: 4, aggregated: 0 };
const optionsOf = (changes: Partial<SearchOptions> = {}): SearchOptions => ({
  ...CRITERIA,
  seed: 20_000,
  effort: EFFORT,
  canServe,
  baseline: GIVEN,
  ...changes,
});

const run = (changes: Partial<SearchOptions> = {}, space = SMALL, onBatch?: (batch: Batch) => void): SearchOutcome =>
  answered(searchConfigurations(space, optionsOf(changes)), onBatch ? { onBatch } : {});

const judgedOn = (choice: TuningChoice, seeds: readonly number[], requests: number) =>
  standingOf(
    seeds.map((seed) => synthetic({ choice, slo: null, day: null, fidelity: { requests, seed, load: 1, hostileWorld: null } })),
    CRITERIA,
  );

/** The cheapest first; those far below the target are left out, since no load makes up for that. */
const risingChoices = (): { choice: TuningChoice; cost: number }[] =>
  everyChoice(SMALL, layoutsOf(SMALL), 1e6)!
    .filter((choice) => trueAttainment(choice) >= CONSTRAINTS.sloTarget - 0.01)
    .map((choice) => ({ choice, cost: trueCost(choice) }))
    .sort((a, b) => a.cost - b.cost);

/** The least of all that surely keep the target on these loads. */
const exhaustive = (rising: ReturnType<typeof risingChoices>, seeds: readonly number[]): number =>
  rising.find(({ choice }) => judgedOn(choice, seeds, EFFORT.judging.requests).sure)!.cost;

const errorOf = (run: () => unknown): VoltanaError => {
  try {
    run();
  } catch (error) {
    if (error instanceof VoltanaError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
};

describe('search of configurations', () => {
  it('finds what exhaustive search finds, within 2 %, from whatever seed', () => {
    const rising = risingChoices();
    for (let i = 1; i <= 5; i += 1) {
      const seed = i * 50_000;
      const { best, figures } = run({ seed });
      const limit = exhaustive(
        rising,
        best!.evaluations.map(({ fidelity }) => fidelity.seed),
      );
      expect(trueCost(best!.choice) / limit, `seed ${seed}`).to.be.at.most(1.02);
      expect(figures.configurations).to.be.below(rising.length / 3);
    }
  });

  it('picks what keeps the target on loads that it never saw', () => {
    for (const seed of [100_000, 200_000]) {
      const { best } = run({ seed });
      expect(judgedOn(best!.choice, [seed + SEARCH_SEEDS, seed + SEARCH_SEEDS + 1], 40_000).joint).to.be.at.least(CONSTRAINTS.sloTarget);
    }
  });

  it('is the same however its tasks are computed', () => {
    const forwards = answered(searchConfigurations(SMALL, optionsOf()));
    const backwards = answered(searchConfigurations(SMALL, optionsOf()), { order: (tasks) => [...tasks.keys()].reverse() });
    expect(backwards).to.deep.equal(forwards);
  });

  it('asks for no run twice, stays inside its plan, and judges on loads of their own', () => {
    const batches: Batch[] = [];
    const outcome = run({}, SMALL, (batch) => batches.push(batch));
    const tasks = batches.flatMap((batch) => batch.tasks);
    const asked = tasks.map(({ choice, fidelity }) => `${choiceKey(choice)} ${fidelity.seed}`);
    expect(new Set(asked).size).to.equal(asked.length);

    const requests = tasks.reduce((total, { fidelity }) => total + fidelity.requests, 0);
    expect(outcome.figures.simulatedRequests).to.equal(requests);
    expect(outcome.figures.simulations).to.equal(tasks.length);
    expect(outcome.figures.configurations).to.equal(new Set(tasks.map(({ choice }) => choiceKey(choice))).size);
    expect(requests).to.be.at.most(planOf(EFFORT).mostRequests);
    expect(outcome.figures.configurations).to.be.at.most(planOf(EFFORT).configurations);
    for (const [i, batch] of batches.slice(1).entries()) expect(batch.requestsToCome).to.be.at.most(batches[i]!.requestsToCome);

    const judging = new Set(outcome.best!.evaluations.map(({ fidelity }) => fidelity.seed));
    expect(judging.size).to.equal(3);
    const rungs = tasks.filter(({ fidelity }) => fidelity.requests < EFFORT.judging.requests);
    expect(rungs.filter(({ fidelity }) => judging.has(fidelity.seed))).to.be.empty;
    for (const { fidelity } of tasks) expect(fidelity.seed).to.be.within(20_000, 20_000 + SEARCH_SEEDS - 1);
  });

  it('simulates no layout that arithmetic refuses, and counts them', () => {
    const tasks: EvaluationTask[] = [];
    const { figures } = run({}, SMALL, (batch) => tasks.push(...batch.tasks));
    const refused = layoutsOf(SMALL).filter((layout) => busyness(layout, canServe(layout)) > 1);
    expect(figures.refused).to.equal(refused.length).and.above(0);
    for (const { choice } of tasks) expect(busyness(choice, canServe(choice))).to.be.at.most(1);
  });

  it('looks at every configuration of a small space, on rungs that have room', () => {
    const tiny: TuningSpace = { ...SMALL, gpus: { least: 7, most: 7 }, settings: { ...PLAIN_SETTINGS, chunkTokens: [null, 2048] } };
    const all = everyChoice(tiny, layoutsOf(tiny), 1e4)!.filter((choice) => busyness(choice, canServe(choice)) <= 1);
    const { figures } = run({}, tiny);
    expect(all.length).to.be.within(2, 14);
    // The baseline has a governor that is not among them.
    expect(figures.configurations).to.equal(all.length + 1);
    expect(figures.rungs).to.deep.equal([{ requests: 4800, entered: all.length, kept: all.length }]);
  });

  it('recommends the only configuration there is, or the baseline where it is that', () => {
    const one: TuningSpace = {
      ...SMALL,
      gpus: { least: 7, most: 7 },
      aggregated: true,
      disaggregated: false,
      settings: { ...PLAIN_SETTINGS, governor: ['max'], routing: ['least-requests'] },
    };
    const { best, baseline, runnerUp, front, figures } = run({ baseline: { ...GIVEN, prefill: 0, decode: 0, aggregated: 7 } }, one);
    expect(figures.configurations).to.equal(1);
    expect(best).to.deep.equal(baseline);
    expect(best!.choice).to.deep.equal(baselineOf({ ...GIVEN, prefill: 0, decode: 0, aggregated: 7 }));
    expect(runnerUp).to.equal(null);
    expect(front).to.have.length(1);
  });

  it('tells what the neighbours of the pick cost, and who comes second', () => {
    const { best, runnerUp, sensitivity, front, baseline } = run();
    const costs = (choice: TuningChoice): number => trueCost(choice) / trueCost(best!.choice) - 1;
    expect(costs(runnerUp!.choice)).to.be.above(-0.01);
    expect(costs(baseline.choice)).to.be.above(0.1);
    expect(sensitivity.length).to.be.above(6);
    expect(new Set(sensitivity.map(({ setting }) => setting)).size).to.be.above(3);
    for (const { changePct, keeps } of sensitivity) if (keeps) expect(changePct).to.be.above(-1);
    // A setting that never comes to bear makes twins: one of them stands for both.
    expect(front.map(({ choice }) => trueCost(choice))).to.include(trueCost(best!.choice));
  });

  it('finds a fleet that holds, where all that was cheap on the loads of the search misses the target on others', () => {
    const flattering = (task: EvaluationTask): Evaluation => {
      const evaluation = synthetic(task);
      const isJudging = task.fidelity.seed >= 20_000 + 1000;
      return isJudging ? evaluation : { ...evaluation, kept: evaluation.kept.map(({ of }) => ({ met: of, of })), overloaded: false };
    };
    const stages: string[] = [];
    const onBatch = ({ stage }: Batch): void => void stages.push(stage);
    const { best } = answered(searchConfigurations(SMALL, optionsOf()), { evaluate: flattering, onBatch });
    expect(stages).to.include('larger fleets on fresh loads');
    expect(best).to.not.equal(null);
    expect(trueAttainment(best!.choice)).to.be.at.least(CONSTRAINTS.sloTarget);
  });

  it('leaves out settings that gain nothing', () => {
    for (const seed of [20_000, 40_000, 60_000]) {
      const { best } = run({ seed });
      // In the made-up cluster these two change nothing under a fixed clock.
      if (best!.choice.governor === 'fixed') expect([best!.choice.itlTarget, best!.choice.ttftTarget]).to.deep.equal([null, null]);
    }
  });

  it('has efforts whose work is known beforehand', () => {
    const usual = planOf(EFFORTS.usual);
    expect(usual.configurations).to.be.at.least(2000);
    expect(usual.usualRequests).to.be.within(1.5e6, 3e6);
    // At a high rate the first looks last as long as at a low one, up to a point.
    expect(effortAt('usual', 1).rungs).to.deep.equal(EFFORTS.usual.rungs);
    expect(effortAt('usual', 40).rungs[0]!.requests).to.equal(600);
    expect(effortAt('usual', 4000).rungs.map(({ requests }) => requests)).to.deep.equal([1200, 1600, 6400]);
    expect(planOf(EFFORTS.quick).usualRequests).to.be.below(usual.usualRequests / 3);
    expect(planOf(EFFORTS.thorough).usualRequests).to.be.above(3 * usual.usualRequests);
  });
});

describe('search where nothing keeps the target', () => {
  const quick: SearchEffort = {
    rungs: [{ requests: 600, enter: 120, neighbours: 20 }],
    local: { looks: 30, confirmations: 8 },
    judging: { finalists: 4, rounds: 2, seeds: 2, requests: 6000 },
    sensitivity: 8,
  };

  it('names the configuration that comes nearest and the promise that it keeps', () => {
    const constraints = { ...CONSTRAINTS, sloTarget: 0.9995 };
    const { best, nearest, reasons, figures } = run({ constraints, effort: quick });
    expect(best).to.equal(null);
    expect(reasons.join()).to.include('no configuration keeps the target');
    const { judged, slo } = nearest!;
    expect(slo!.ttftMs).to.be.at.least(SLO.ttftMs);
    expect(Math.max(slo!.ttftMs / SLO.ttftMs, slo!.itlMs / SLO.itlMs)).to.be.within(1, 4);
    const fresh = synthetic({
      choice: judged.choice,
      slo,
      day: null,
      fidelity: { requests: 40_000, seed: 7, load: 1, hostileWorld: null },
    });
    expect(standingOf([fresh], { ...CRITERIA, constraints }).joint).to.be.at.least(0.9995);
    expect(figures.simulatedRequests).to.be.at.most(planOf(quick).mostRequests);
  });

  it('promises nothing where it is the power that does not suffice', () => {
    const { best, nearest } = run({ constraints: { ...CONSTRAINTS, powerBudgetW: 100 }, effort: quick });
    expect(best).to.equal(null);
    expect(nearest!.slo).to.equal(null);
  });

  it('keeps to a power budget that something keeps', () => {
    const free = run({ effort: quick }).baseline.evaluations.map(({ peakPowerW }) => peakPowerW!);
    const powerBudgetW = 0.92 * Math.max(...free);
    const { best } = run({ constraints: { ...CONSTRAINTS, powerBudgetW }, effort: quick });
    for (const { peakPowerW } of best!.evaluations) expect(peakPowerW).to.be.at.most(powerBudgetW);
  });

  it('looks at the least busy layouts where arithmetic refuses all', () => {
    const tight: TuningSpace = { ...SMALL, gpus: { least: 2, most: 2 } };
    const { best, nearest, figures, reasons } = run({ effort: quick }, tight);
    expect(best).to.equal(null);
    expect(nearest!.slo).to.equal(null);
    expect(figures.refused).to.equal(layoutsOf(tight).length);
    expect(reasons.join()).to.include('arithmetic refuses every layout');
  });
});

describe('a search refuses', () => {
  const wrong = (changes: Partial<SearchOptions>, space = SMALL) => errorOf(() => searchConfigurations(space, optionsOf(changes)).next());

  it('ranges without a fleet, lists without a value', () => {
    expect(wrong({}, { ...SMALL, gpus: { least: 5, most: 3 } }).message).to.include('between 5 and 3');
    const single = { ...SMALL, gpus: { least: 1, most: 1 }, aggregated: false };
    expect(wrong({}, single).message).to.include('no fleet of 1 to 1 GPUs');
    expect(wrong({}, { ...SMALL, settings: { ...SMALL.settings, routing: [] } }).message).to.include('nothing to choose for routing');
    const clockless = { ...SMALL.settings, governor: ['fixed'], fixedMhz: [] };
    expect(wrong({}, { ...SMALL, settings: clockless }).message).to.include('no clocks');
  });

  it('constraints that nothing can be judged by', () => {
    const constrained = (changes: object) => wrong({ constraints: { ...CONSTRAINTS, ...changes } });
    expect(constrained({ sloTarget: 1 }).message).to.include('a fraction of 1');
    expect(constrained({ confidence: 0.4 }).message).to.include('0.4');
    expect(constrained({ powerBudgetW: 0 }).message).to.include('0 W');
    expect(constrained({ slo: { ttftMs: 0, itlMs: 50 } }).code).to.equal('BAD_VALUE');
  });

  it('objectives without a price', () => {
    expect(wrong({ objective: 'cost' }).message).to.include('price');
    expect(wrong({ objective: 'carbon' }).message).to.include('carbon intensity');
    expect(wrong({ prices: { ...PRICES, pue: 0.9 } }).message).to.include('0.9');
  });

  it('models without room', () => {
    const nowhere = () => ({ fits: false, prefillUtilisation: 0, decodeUtilisation: 0 });
    expect(wrong({ canServe: nowhere }).code).to.equal('DOES_NOT_FIT');
  });

  it('answers that are not its own', () => {
    const asking = searchConfigurations(SMALL, optionsOf());
    asking.next();
    expect(errorOf(() => asking.next([])).code).to.equal('BUG');
  });
});

import { expect } from 'chai';
import type { ArmName } from '../../../../src/domain/ab.ts';
import { drawNormal } from '../../../../src/statistics/draws.ts';
import { createRandom } from '../../../../src/statistics/random.ts';
import { planAb } from '../../../../src/telemetry/ab/design.ts';
import {
  runAb,
  type AbOptions,
  type AbProgress,
  type DonePeriod,
  type PeriodRunner,
  type PlannedPeriod,
} from '../../../../src/runs/benchmarking/ab.ts';
import { ourError } from '../../../fixtures/rejected.ts';

const plan = (seed: number) => planAb({ blocks: 6, periodsPerBlock: 2, periodS: 60, residenceS: 10, seed });

interface Bench {
  readonly runner: PeriodRunner<string>;
  readonly asked: PlannedPeriod[];
}

/** 1000 J for a period of A and `ofB` for one of B, some noise on both. */
const bench = (ofB: number, shift: (planned: PlannedPeriod) => number = () => 1, before?: (asked: number) => void): Bench => {
  const asked: PlannedPeriod[] = [];
  const runner: PeriodRunner<string> = {
    run: (planned, signal) => {
      asked.push(planned);
      before?.(asked.length);
      if (signal.aborted) return Promise.reject(signal.reason as Error);
      // By place, not by call: a run that was taken up measures what the other would have.
      const random = createRandom(planned.index).fork(planned.phase);
      const joules = planned.configuration === 'A' ? 1000 : ofB;
      const startS = 130 * planned.index + 60;
      return Promise.resolve({
        period: {
          startS,
          endS: startS + 60,
          energyJ: joules * shift(planned) * Math.exp(drawNormal(random, 0, 0.003)),
          inputTokens: 100,
          outputTokens: 100,
          completed: 2,
          metrics: {},
        },
        parts: `${planned.phase}${planned.index}`,
      });
    },
  };
  return { runner, asked };
};

const options = (runner: PeriodRunner<string>, over: Partial<AbOptions<string>> = {}): AbOptions<string> => ({
  arms: { A: 'a.yaml', B: 'b.yaml' },
  design: plan(1),
  aaDesign: plan(2),
  runner,
  scheduleOf: (phase, block) => [
    { id: 'r0', arrivalMs: block, promptTokens: phase === 'aa' ? 7 : 8, maxTokens: 9 + block, prefix: ['same'] },
  ],
  seed: 1,
  signal: new AbortController().signal,
  ...over,
});

describe('runAb', () => {
  it('runs A against itself, tells the smallest change it will find, then finds B', async () => {
    const { runner, asked } = bench(950);
    const [done, told]: [DonePeriod[], AbProgress[]] = [[], []];
    const { result, interrupted } = await runAb(
      options(runner, { onPeriod: (period) => done.push(period), onProgress: (progress) => told.push(progress) }),
    );
    expect(interrupted).to.equal(false);
    expect(asked.slice(0, 12).every(({ phase, configuration }) => phase === 'aa' && configuration === 'A')).to.equal(true);
    expect(asked.slice(12).map(({ configuration }) => configuration)).to.deep.equal(plan(1).order);
    expect(result.aa).to.deep.include({ passed: true, periods: 12 });
    expect(result.periods).to.have.length(12);
    expect(result.effects[0]!.changePct).to.be.closeTo(-5, 1);
    expect(result.effects[0]!.significant).to.equal(true);
    expect(done.map(({ phase, index }) => `${phase}${index}`))
      .to.have.length(24)
      .and.include('ab11');
    const kinds = told.map(({ kind }) => kind);
    expect(kinds.indexOf('aa')).to.equal(12);
    expect(kinds.indexOf('design')).to.equal(13);
    expect(result.design.detectablePct).to.be.within(0.3, 3);
  });

  it('asks for the same work in all periods of a block, under ids and prefixes that no cache knows', async () => {
    const { runner, asked } = bench(950);
    await runAb(options(runner, { aaDesign: null }));
    const work = asked.map(({ block, schedule }) => [block, schedule.map(({ arrivalMs, maxTokens }) => [arrivalMs, maxTokens])]);
    expect(work).to.deep.equal(asked.map((_, i) => [Math.floor(i / 2), [[Math.floor(i / 2), 9 + Math.floor(i / 2)]]]));
    expect(new Set(asked.map(({ schedule }) => schedule[0]!.id)).size).to.equal(12);
    expect(new Set(asked.map(({ schedule }) => schedule[0]!.prefix![0])).size).to.equal(12);
  });

  it('ends after an A/A that finds a difference', async () => {
    const labels = plan(2).order;
    const { runner, asked } = bench(950, ({ phase, index }) => (phase === 'aa' && labels[index] === 'B' ? 1.05 : 1));
    const { result } = await runAb(options(runner));
    expect(asked).to.have.length(12);
    expect(result.aa!.passed).to.equal(false);
    expect(result).to.deep.include({ periods: [], effects: [] });
  });

  it('goes on without an A/A that was left out on purpose', async () => {
    const { result } = await runAb(options(bench(950).runner, { aaDesign: null }));
    expect(result.aa).to.equal(null);
    expect(result.design.detectablePct).to.equal(null);
    expect(result.effects[0]!.significant).to.equal(true);
  });

  for (const [after, known] of [
    [22, true],
    [16, false],
  ] as const)
    it(`analyses what ${after} periods tell when it is interrupted then`, async () => {
      const abort = new AbortController();
      const { runner } = bench(900, undefined, (asked) => asked > after && abort.abort(new Error('enough')));
      const { result, interrupted } = await runAb(options(runner, { signal: abort.signal }));
      expect(interrupted).to.equal(true);
      expect(result.periods).to.have.length(after - 12);
      expect(result.effects[0]!.changePct !== null).to.equal(known);
    });

  it('has not passed an A/A that was cut short', async () => {
    const abort = new AbortController();
    const { runner } = bench(900, undefined, (asked) => asked > 11 && abort.abort(new Error('enough')));
    const { result, interrupted } = await runAb(options(runner, { signal: abort.signal }));
    expect([interrupted, result.aa!.passed, result.effects]).to.deep.equal([true, false, []]);
  });

  it('takes up what was measured, the block that was cut in two anew, and ends the same', async () => {
    const done: DonePeriod[] = [];
    const whole = await runAb(options(bench(950).runner, { onPeriod: (period) => done.push(period) }));
    const { runner, asked } = bench(950);
    const again = await runAb(options(runner, { done: done.slice(0, 17).reverse() }));
    expect(asked.map(({ index }) => index)).to.deep.equal([4, 5, 6, 7, 8, 9, 10, 11]);
    expect(again).to.deep.equal(whole);
  });

  it('refuses periods of another test', async () => {
    const done: DonePeriod[] = [];
    await runAb(options(bench(950).runner, { onPeriod: (period) => done.push(period) }));
    const flipped = (arm: ArmName): ArmName => (arm === 'A' ? 'B' : 'A');
    const others = done.map((one) => ({ ...one, period: { ...one.period, arm: flipped(one.period.arm) } }));
    expect((await ourError(runAb(options(bench(950).runner, { done: others })))).code).to.equal('BAD_VALUE');
  });

  it('lets what a runner throws through', async () => {
    const runner: PeriodRunner<string> = { run: () => Promise.reject(new Error('gateway gone')) };
    const failure: unknown = await runAb(options(runner)).catch((error: unknown) => error);
    expect((failure as Error).message).to.equal('gateway gone');
  });
});

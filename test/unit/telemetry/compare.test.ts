import { expect } from 'chai';
import type { RunRecord } from '../../../src/domain/run-record.ts';
import { compareRuns } from '../../../src/telemetry/compare.ts';
import { runMetrics } from '../../../src/telemetry/metrics.ts';
import { completed, unanswered } from '../../fixtures/outcomes.ts';
import { baselineRun, candidateRun, comparison, config, header, steadyOutcomes, steadySamples } from '../../fixtures/run-records.ts';

const metric = (compared: ReturnType<typeof comparison>, name: string) => compared.metrics.find((one) => one.name === name)!;
const withPower = (powerW: number, over: Partial<Parameters<typeof candidateRun>[0]> = {}): RunRecord =>
  candidateRun({ outcomes: steadyOutcomes({ ttftMs: 120, gapMs: 12 }), samples: steadySamples({ untilMs: 24_000, powerW }), ...over });

describe('compareRuns', () => {
  it('saves what the candidate spends less per output token', () => {
    const compared = comparison(baselineRun(), withPower(175));
    expect(compared.energySavedPct).to.be.closeTo(30, 1e-6);
    expect(compared.verdict).to.equal('improved');
    expect(compared.reasons).to.deep.equal([]);
    expect(metric(compared, 'energy.per_output_token').significant).to.equal(true);
  });

  it('extends the shorter run at its own idle power to the longer one', () => {
    const [short, long] = [baselineRun(), candidateRun()];
    const { commonSpan } = comparison(short, long);
    expect(commonSpan.spanS).to.equal(long.measuredS);
    expect(commonSpan.baselineEnergyJ).to.be.closeTo(short.energyJ!.total + 300 * (long.measuredS - short.measuredS), 1e-6);
    expect(commonSpan.candidateEnergyJ).to.equal(long.energyJ!.total);
    expect(comparison(long, short).commonSpan.candidateEnergyJ).to.be.closeTo(commonSpan.baselineEnergyJ!, 1e-6);
  });

  it('reports energy over the common span, and latency as it was', () => {
    const compared = comparison();
    expect(metric(compared, 'energy.total').baseline).to.equal(compared.commonSpan.baselineEnergyJ);
    expect(metric(compared, 'power.mean').baseline).to.be.closeTo(compared.commonSpan.baselineEnergyJ! / compared.commonSpan.spanS, 1e-9);
    expect(metric(compared, 'ttft.p50')).to.deep.include({ baseline: 123, candidate: 183, verdict: 'regressed' });
    expect(metric(compared, 'itl.p99').changePct).to.be.closeTo(50, 1e-9);
  });

  it('brackets the change of energy per token, and repeats itself by seed', () => {
    const { ci95, changePct } = metric(comparison(), 'energy.per_output_token');
    expect(ci95![0]).to.be.below(changePct!);
    expect(ci95![1]).to.be.above(changePct!);
    expect(metric(comparison(), 'energy.per_output_token').ci95).to.deep.equal(ci95);
  });

  it('calls within one percent the same, and more energy a regression', () => {
    expect(comparison(baselineRun(), withPower(248)).verdict).to.equal('same');
    expect(comparison(baselineRun(), withPower(260)).verdict).to.equal('regressed');
  });

  it('is a regression when fewer requests meet the SLO, whatever was saved', () => {
    const slow = steadyOutcomes({ ttftMs: 120, gapMs: 12 }).map((outcome, i) =>
      i < 3 ? completed({ intendedMs: outcome.intendedMs, ttftMs: 1500, gapMs: 12, tokens: 40 }) : outcome,
    );
    expect(comparison(baselineRun(), withPower(175, { outcomes: slow })).verdict).to.equal('regressed');
    expect(comparison(baselineRun(), withPower(175, { outcomes: slow.with(0, slow[3]!) })).verdict).to.equal('improved');
  });

  it('draws no conclusion from fewer than 20 completed requests', () => {
    const few = (run: RunRecord, count: number): RunRecord => ({ ...run, requests: { ...run.requests, completed: count } });
    expect(comparison(few(baselineRun(), 19), few(withPower(175), 19)).verdict).to.equal('inconclusive');
    expect(comparison(few(baselineRun(), 20), few(withPower(175), 20)).verdict).to.equal('improved');
  });

  it('is inconclusive without a meter, without the idle power it needs, or within the noise', () => {
    expect(comparison(baselineRun({ samples: null }), withPower(175))).to.deep.include({ verdict: 'inconclusive', energySavedPct: null });
    expect(comparison(baselineRun({ idlePowerW: null }), candidateRun()).verdict).to.equal('inconclusive');
    expect(comparison(baselineRun({ idlePowerW: null }), withPower(175)).verdict).to.equal('improved');
    const calm = baselineRun();
    const wild = {
      ...calm,
      blocks: calm.blocks.map((block, i) => ({ ...block, energyJ: block.energyJ! * (i % 2 === 0 ? 1.9 : 0.16) })),
      energyJ: { ...calm.energyJ!, total: calm.energyJ!.total * 1.03 },
    };
    expect(comparison(calm, wild).verdict).to.equal('inconclusive');
  });

  for (const [what, run] of [
    ['workload', candidateRun({ config: { ...config, workload: 'sharegpt' } })],
    ['rate', candidateRun({ config: { ...config, rate: 9 } })],
    ['model', candidateRun({ config: { ...config, model: 'qwen3-8b' } })],
    ['tensor parallelism', candidateRun({ config: { ...config, tp: 2 } })],
    ['TTFT SLO', candidateRun({ config: { ...config, slo: { ttftMs: 2000, itlMs: 50 } } })],
    ['seed', candidateRun({ header: { ...header, seed: 8 } })],
    ['offered requests', candidateRun({ outcomes: steadyOutcomes({ ttftMs: 120, gapMs: 12 }).slice(1) })],
  ] as const)
    it(`is invalid between runs that differ in ${what}`, () => {
      const compared = comparison(baselineRun(), run);
      expect(compared.verdict).to.equal('invalid');
      expect(compared.reasons.join()).to.include(`differ in ${what}`);
    });

  it('is invalid for unequal work: one failed request of 160 is more than half a percent', () => {
    const outcomes = steadyOutcomes({ ttftMs: 120, gapMs: 12 }).with(5, unanswered('failed', 625, 700));
    const compared = comparison(baselineRun(), withPower(175, { outcomes }));
    expect(compared.verdict).to.equal('invalid');
    expect(compared.reasons.join()).to.include('output tokens differ');
  });

  it('is invalid when either run is, and when nothing was completed', () => {
    const invalid = baselineRun({ invalidReasons: ['The clock moved'] });
    expect(comparison(invalid, candidateRun()).reasons).to.deep.equal(['The baseline is not valid: The clock moved']);
    expect(comparison(baselineRun(), { ...candidateRun(), validity: invalid.validity }).verdict).to.equal('invalid');
    expect(comparison(baselineRun({ outcomes: [] }), candidateRun({ outcomes: [] })).verdict).to.equal('invalid');
  });

  it('is a regression when energy is the same and latency worse for it', () => {
    const slower = withPower(248, { outcomes: steadyOutcomes({ ttftMs: 180, gapMs: 12 }) });
    const compared = comparison(baselineRun(), slower);
    expect(compared.verdict).to.equal('regressed');
    expect(compared.reasons.join()).to.match(/^Worse: ttft\.mean by 48\.8 %/);
    expect(comparison(slower, baselineRun()).verdict).to.equal('improved');
  });

  it('judges runs without a meter by latency, and says so', () => {
    const bare = (gapMs: number) => candidateRun({ samples: null, idlePowerW: null, outcomes: steadyOutcomes({ ttftMs: 120, gapMs }) });
    const compared = comparison(bare(12), bare(18));
    expect(compared.verdict).to.equal('regressed');
    expect(compared.reasons.at(-1)).to.match(/Neither run has a meter/);
    expect(comparison(bare(18), bare(12)).verdict).to.equal('improved');
    expect(comparison(bare(12), bare(12)).verdict).to.equal('same');
  });

  it('tells of each metric how it was tested, and against what', () => {
    const compared = comparison();
    expect(metric(compared, 'energy.per_output_token')).to.include({
      verdict: 'improved',
      practicalPct: 1,
      method: 'block bootstrap within the runs, widened by 1.1 % of spread between runs; the effect is in standard errors',
    });
    expect(metric(compared, 'ttft.mean').method).to.match(/histograms, widened by 2 %/);
    expect(metric(compared, 'ttft.max')).to.deep.include({
      verdict: 'inconclusive',
      pValue: null,
      significant: null,
      ci95: null,
      effect: null,
    });
    expect(metric(compared, 'ttft.max')).to.not.have.property('method');
    // 40 requests that stand for themselves say nothing of the slowest in a hundred.
    expect(metric(compared, 'ttft.p99').pValue).to.equal(null);
    compared.metrics.forEach(({ pValue, significant }) => expect(significant).to.equal(pValue === null ? null : pValue! < 0.05));
  });

  it('widens by nothing what repeats itself by seed', () => {
    const simulated = (run: RunRecord): RunRecord => ({ ...run, mode: 'simulated' });
    const width = ({ ci95 }: { ci95: readonly [number, number] | null }) => ci95![1] - ci95![0];
    const [free, widened] = [comparison(simulated(baselineRun()), simulated(candidateRun())), comparison()];
    expect(metric(free, 'energy.per_output_token').method).to.not.include('widened');
    expect(width(metric(free, 'energy.per_output_token'))).to.be.below(width(metric(widened, 'energy.per_output_token')));
  });

  it('tells fractions in points: errors out of none are a regression without a percentage', () => {
    const failing = steadyOutcomes({ ttftMs: 120, gapMs: 12 }).map((outcome, i) =>
      i % 4 === 0 ? unanswered('failed', outcome.intendedMs, outcome.intendedMs + 50) : outcome,
    );
    const errors = metric(comparison(baselineRun(), candidateRun({ outcomes: failing })), 'errors.rate');
    expect(errors).to.deep.include({ baseline: 0, candidate: 0.25, changePct: null, ci95: null, verdict: 'regressed', practicalPct: 1 });
  });

  it('takes another idea of what matters for all metrics', () => {
    const compared = compareRuns(baselineRun(), withPower(260), header, 5);
    expect(compared.verdict).to.equal('same');
    compared.metrics.forEach(({ practicalPct }) => expect(practicalPct).to.equal(5));
  });

  describe('with repeats', () => {
    const repeated = (run: RunRecord, factors: readonly number[]): RunRecord => ({
      ...run,
      repeats: factors.map((factor, seed) => ({
        seed,
        energyJ: null,
        joulesPerOutputToken: null,
        joint: null,
        metrics: Object.fromEntries(Object.entries(runMetrics(run)).map(([name, value]) => [name, value === null ? null : value * factor])),
      })),
    });
    const SPREAD = [0.99, 1, 1.01, 0.995, 1.005];

    it('the repeat is the unit, its effect is Cliff’s delta', () => {
      const energy = metric(comparison(repeated(baselineRun(), SPREAD), repeated(withPower(265), SPREAD)), 'energy.per_output_token');
      expect(energy).to.include({ verdict: 'regressed', effect: 1 });
      expect(energy.method).to.equal(
        "Welch's t over 5 and 5 repeats, widened by 1.1 % of spread between runs; the effect is Cliff's delta",
      );
      expect(energy.ci95![0]).to.be.within(2, 4);
    });

    it('do not know what another session does, however well they agree', () => {
      const exact = [1, 1, 1, 1, 1];
      const energyOf = (mode: RunRecord['mode'], powerW: number) => {
        const [a, b] = [baselineRun(), withPower(powerW)].map((run) => ({ ...repeated(run, exact), mode })) as [RunRecord, RunRecord];
        return metric(comparison(a, b), 'energy.per_output_token');
      };
      // 1.96 times the root of twice 1.1 % squared: 3.05 %.
      expect(energyOf('live', 256)).to.include({ significant: false, verdict: 'inconclusive' });
      expect(energyOf('live', 260)).to.include({ significant: true, verdict: 'regressed' });
      expect(energyOf('simulated', 256)).to.include({ significant: true, verdict: 'regressed' });
      expect(energyOf('simulated', 256).method).to.not.include('widened');
    });

    it('is what the record says over the common span, not over its own', () => {
      const compared = comparison(repeated(baselineRun(), SPREAD), repeated(candidateRun(), SPREAD));
      const { changePct, ci95 } = metric(compared, 'energy.total');
      // The middle of an interval of logarithms.
      const [low, high] = ci95!.map((end) => Math.log1p(end / 100)) as [number, number];
      expect(100 * Math.expm1((low + high) / 2)).to.be.closeTo(changePct!, 0.01);
    });

    it('ranks them from eight on', () => {
      const eight = Array.from({ length: 8 }, (_, i) => 1 + (i - 3.5) / 1000);
      const energyOf = (mode: RunRecord['mode'], powerW: number) => {
        const [a, b] = [baselineRun(), withPower(powerW)].map((run) => ({ ...repeated(run, eight), mode })) as [RunRecord, RunRecord];
        return metric(comparison(a, b), 'energy.per_output_token');
      };
      expect(energyOf('simulated', 265).method).to.match(/^Mann-Whitney U over 8 and 8/);
      expect(energyOf('simulated', 265).pValue).to.be.closeTo(2 / 12_870, 1e-9);
      // Of sessions, ranks alone would tell every one from every other.
      expect(energyOf('live', 256)).to.include({ significant: false, effect: 1 });
      expect(energyOf('live', 256).method).to.match(/^Mann-Whitney U and Welch's t over 8 and 8 repeats, widened/);
      expect(energyOf('live', 350).pValue).to.be.closeTo(2 / 12_870, 1e-9);
    });

    it('those of one side tell how much single runs spread', () => {
      const wild = [0.9, 1, 1.1, 0.95, 1.05];
      const calm = metric(comparison(repeated(baselineRun(), SPREAD), withPower(265)), 'energy.per_output_token');
      expect(calm).to.include({
        verdict: 'regressed',
        method: 't of one run against the spread of 5 repeats of the baseline, widened by 1.1 % of spread between runs',
      });
      expect(metric(comparison(repeated(baselineRun(), wild), withPower(265)), 'energy.per_output_token').verdict).to.equal('inconclusive');
      const other = metric(comparison(baselineRun(), repeated(withPower(265), SPREAD)), 'energy.per_output_token');
      expect(other).to.include({
        verdict: 'regressed',
        method: 't of one run against the spread of 5 repeats of the candidate, widened by 1.1 % of spread between runs',
      });
    });

    it('two of them, and repeats that are no bench, are not counted', () => {
      const two = comparison(repeated(baselineRun(), [0.99, 1.01]), repeated(withPower(265), [0.99, 1.01]));
      expect(metric(two, 'energy.per_output_token').method).to.match(/^block bootstrap/);
      const hostile = { ...baselineRun(), repeats: [1, 2, 3].map((seed) => ({ seed, energyJ: 1, joulesPerOutputToken: 1, joint: 1 })) };
      expect(metric(comparison(hostile, withPower(265)), 'energy.per_output_token').method).to.match(/^block bootstrap/);
    });
  });

  describe('of benches', () => {
    const load = { loop: 'open', api: 'openai-completions', concurrency: null, scheduleHash: 'aaaa', requests: 160 };
    const bench = (run: RunRecord, over: Partial<typeof load> = {}): RunRecord => ({
      ...run,
      bench: { load: { ...load, ...over } } as unknown as NonNullable<RunRecord['bench']>,
    });

    it('equal schedules are equal work, whatever their seeds', () => {
      const other = { ...withPower(175), seed: 99 };
      expect(comparison(baselineRun(), other).verdict).to.equal('invalid');
      expect(comparison(bench(baselineRun()), bench(other)).verdict).to.equal('improved');
    });

    for (const [what, over] of [
      ['schedule', { scheduleHash: 'bbbb' }],
      ['API', { api: 'openai-chat' }],
      ['kind of loop', { loop: 'closed' }],
    ] as const)
      it(`is invalid between loads that differ in ${what}`, () => {
        const compared = comparison(bench(baselineRun()), bench(withPower(175), over));
        expect(compared.verdict).to.equal('invalid');
        expect(compared.reasons.join()).to.include(`differ in ${what}`);
      });
  });

  it('inherits the weaker evidence', () => {
    const measured = baselineRun({ header: { ...header, evidence: 'measured' } });
    expect(comparison(measured, candidateRun()).evidence).to.equal('emulated');
    expect(comparison(measured, { ...measured }).evidence).to.equal('measured');
  });

  it('of a run with itself is the same in everything', () => {
    const compared = comparison(baselineRun(), baselineRun());
    expect(compared.verdict).to.equal('same');
    expect(Object.is(compared.energySavedPct, 0)).to.equal(true);
    compared.metrics.forEach(({ changePct }) => expect(changePct).to.be.oneOf([0, null]));
  });
});

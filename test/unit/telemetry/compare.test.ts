import { expect } from 'chai';
import type { RunRecord } from '../../../src/domain/run-record.ts';
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
    expect(metric(compared, 'ttft.p50')).to.deep.include({ baseline: 123, candidate: 183, ci95: null, significant: null });
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

import { expect } from 'chai';
import type { RunRecord } from '../../../../src/domain/run-record.ts';
import { compareRuns } from '../../../../src/telemetry/compare.ts';
import { comparisonExitCode, judge, type Standards } from '../../../../src/telemetry/judging/judge.ts';
import { parseThreshold } from '../../../../src/telemetry/judging/threshold.ts';
import { baselineRun, candidateRun, header, steadyOutcomes, steadySamples } from '../../../fixtures/run-records.ts';

const costly = (): RunRecord =>
  candidateRun({ outcomes: steadyOutcomes({ ttftMs: 120, gapMs: 12 }), samples: steadySamples({ untilMs: 24_000, powerW: 290 }) });
const invalid = (run: RunRecord): RunRecord => ({ ...run, validity: { verdict: 'invalid', reasons: ['The clock moved'] } });
const unstable = (run: RunRecord): RunRecord => ({ ...run, validity: { verdict: 'unstable', reasons: ['No steady state'] } });
const against = (record: RunRecord): Standards['baseline'] => ({ source: 'main.json', record });
const [KEPT, BROKEN] = ['ttft.p99<800', 'ttft.p99<1'].map((text) => parseThreshold(text)) as [
  ReturnType<typeof parseThreshold>,
  ReturnType<typeof parseThreshold>,
];

describe('judge', () => {
  it('is done where everything holds', () => {
    const { judgement, exitCode, comparison } = judge(candidateRun(), { thresholds: [KEPT], baseline: against(baselineRun()) });
    expect(exitCode).to.equal(0);
    expect(judgement.thresholds).to.deep.equal([{ ...KEPT, value: 186, ok: true }]);
    expect(judgement.baseline).to.deep.equal({ source: 'main.json', verdict: 'improved', reasons: [] });
    expect(comparison!.verdict).to.equal('improved');
    expect(judge(candidateRun(), { thresholds: [], baseline: null })).to.deep.equal({
      judgement: { thresholds: [], baseline: null },
      comparison: null,
      exitCode: 0,
    });
  });

  for (const [what, record, thresholds, baseline, exitCode] of [
    ['a regression is 7', costly(), [KEPT], baselineRun(), 7],
    ['a threshold is 99', baselineRun(), [KEPT, BROKEN], null, 99],
    ['a threshold before a regression', costly(), [BROKEN], baselineRun(), 99],
    ['a run that does not count before both', invalid(costly()), [BROKEN], baselineRun(), 6],
    [
      'unequal work before a threshold',
      candidateRun({ outcomes: steadyOutcomes({ ttftMs: 9, gapMs: 9 }).slice(9) }),
      [BROKEN],
      baselineRun(),
      6,
    ],
    ['an unstable run is a warning', unstable(baselineRun()), [KEPT], null, 0],
  ] as const)
    it(`exit code: ${what}`, () => {
      expect(judge(record, { thresholds, baseline: baseline && against(baseline) }).exitCode).to.equal(exitCode);
    });

  it('strict: an unstable run does not count', () => {
    expect(judge(unstable(baselineRun()), { thresholds: [], baseline: null, strict: true }).exitCode).to.equal(6);
  });

  it('takes another idea of what matters', () => {
    const standards = { thresholds: [], baseline: against(baselineRun()) };
    expect(judge(costly(), standards).judgement.baseline!.verdict).to.equal('regressed');
    expect(judge(costly(), { ...standards, practicalPct: 25 }).judgement.baseline!.verdict).to.equal('same');
  });
});

describe('comparisonExitCode', () => {
  const pair = (a: RunRecord, b: RunRecord) => compareRuns(a, b, header);

  it('7 when regressed, 6 when invalid, otherwise 0', () => {
    expect(comparisonExitCode(pair(baselineRun(), costly()), false)).to.equal(7);
    expect(comparisonExitCode(pair(invalid(baselineRun()), costly()), false)).to.equal(6);
    expect(comparisonExitCode(pair(baselineRun(), candidateRun()), true)).to.equal(0);
  });

  it('what cannot be told is 0, and 6 when strict', () => {
    const unknown = pair(baselineRun({ samples: null }), candidateRun());
    expect(unknown.verdict).to.equal('inconclusive');
    expect(comparisonExitCode(unknown, false)).to.equal(0);
    expect(comparisonExitCode(unknown, true)).to.equal(6);
    const shaky = pair(unstable(baselineRun()), costly());
    expect(comparisonExitCode(shaky, false)).to.equal(7);
    expect(comparisonExitCode(shaky, true)).to.equal(6);
  });
});

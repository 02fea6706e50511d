import { expect } from 'chai';
import { annotationsOf } from '../../../../src/reporting/run/github.ts';
import { benchRun, judged, threshold } from '../../../fixtures/bench-records.ts';

describe('annotations of GitHub', () => {
  it('there are none for what passed', () => {
    const judgement = judged({
      thresholds: [threshold('goodput>1', 7, true)],
      baseline: { source: 'main.json', verdict: 'same', reasons: [] },
    });
    expect(annotationsOf(benchRun({ judgement }))).to.deep.equal([]);
  });

  it('escape what would end a title or a command', () => {
    const reasons = ['100 %\nof, them: late'];
    expect(annotationsOf(benchRun({ validity: { verdict: 'invalid', reasons } }))).to.deep.equal([
      '::error title=Measurement%3A validity::100 %25 of, them: late',
    ]);
  });

  it('are at most ten of a kind, and the tenth names the rest', () => {
    const thresholds = Array.from({ length: 14 }, (_, i) => threshold(`ttft.p99<${i + 1}`, 100, false));
    const lines = annotationsOf(benchRun({ judgement: judged({ thresholds }) }));
    expect(lines).to.have.length(10);
    expect(lines[9]).to.match(/^::error title=5 more::ttft\.p99<10; .*ttft\.p99<14$/);
  });

  it('an inconclusive baseline is a warning', () => {
    const judgement = judged({ baseline: { source: 'main.json', verdict: 'inconclusive', reasons: ['too short'] } });
    expect(annotationsOf(benchRun({ judgement }))).to.deep.equal([
      '::warning title=Baseline%3A against main.json::inconclusive: too short',
    ]);
  });
});

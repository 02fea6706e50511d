import { expect } from 'chai';
import { renderComparison } from '../../../src/reporting/comparison.ts';
import { renderClientComparison } from '../../../src/reporting/client-comparison.ts';
import { toJson } from '../../../src/reporting/json.ts';
import { compareClientResults } from '../../../src/telemetry/judging/client-results.ts';
import { clientResult as client } from '../../fixtures/vllm-results.ts';
import { baselineRun, candidateRun, comparison, header, steadyOutcomes } from '../../fixtures/run-records.ts';
import { expectGolden } from '../golden.ts';

const CASES = {
  improved: comparison(),
  'without-meter': comparison(baselineRun({ samples: null, idlePowerW: null }), candidateRun({ samples: null, idlePowerW: null })),
  invalid: comparison(baselineRun(), candidateRun({ outcomes: steadyOutcomes({ ttftMs: 2000, gapMs: 80 }).slice(0, 150) })),
  simulated: comparison(baselineRun({ mode: 'simulated' }), candidateRun({ mode: 'simulated' })),
  measured: comparison(
    baselineRun({ mode: 'live', header: { ...header, evidence: 'measured' } }),
    candidateRun({ mode: 'live', header: { ...header, evidence: 'measured' } }),
  ),
} as const;

const CLIENTS = compareClientResults(client('main.json'), client('here.json', 1.2), header);

const ESCAPE = '\u001b';

describe('golden: client-comparison', () => {
  it('the table in plain text, at most 100 columns, that says what it leaves out', () => {
    const text = renderClientComparison(CLIENTS);
    expectGolden('reporting/client-comparison.txt', text);
    expect(Math.max(...text.split('\n').map((line) => line.length))).to.be.at.most(100);
    expect(text).to.not.match(/NaN|undefined|null|Infinity/);
  });

  it('the document', () => expectGolden('reporting/client-comparison.json', toJson(CLIENTS)));
});

describe('golden: comparison', () => {
  it('two runs of one governor are told apart', () => {
    const text = renderComparison(comparison(baselineRun(), baselineRun()), { color: false });
    expect(text)
      .to.match(/ baseline +candidate +change\n/)
      .and.include('the candidate used 0.0 % less energy per output token than the');
  });

  for (const [name, compared] of Object.entries(CASES)) {
    it(`${name}: the table in plain text`, () => {
      expectGolden(`reporting/comparison-${name}.txt`, renderComparison(compared, { color: false }));
    });

    it(`${name}: at most 100 columns, no escapes, no figure that is none`, () => {
      const text = renderComparison(compared, { color: false });
      expect(Math.max(...text.split('\n').map((line) => line.length))).to.be.at.most(100);
      expect(text).to.not.include(ESCAPE);
      expect(text).to.not.match(/NaN|undefined|null|Infinity/);
    });
  }

  it('colour adds escapes and nothing else', () => {
    const coloured = renderComparison(CASES.improved, { color: true });
    expect(coloured).to.include(ESCAPE);
    expect(coloured.replace(/\u001b\[\d+m/g, '')).to.equal(renderComparison(CASES.improved, { color: false }));
  });

  it('never lets a modelled joule pass for a measured one', () => {
    const text = (compared: (typeof CASES)[keyof typeof CASES]): string =>
      renderComparison(compared, { color: false }).replaceAll('\n', ' ');
    expect(text(CASES.improved)).to.match(/emulated: .* modelled, not measured/);
    expect(text(CASES.simulated))
      .to.match(/simulated/)
      .and.not.match(/was measured on real/);
    expect(text(CASES.measured)).to.include('measured on real GPUs');
    const liveButFitted = comparison(
      baselineRun({ mode: 'live' }),
      candidateRun({ mode: 'live', header: { ...header, evidence: 'extrapolated' } }),
    );
    expect(text(liveButFitted)).to.match(/from a model \(evidence: extrapolated\)/);
  });
});

describe('golden: json', () => {
  it('keeps the order of keys, indents by two and ends with a newline', () => {
    expect(toJson({ b: 1, a: [null] })).to.equal('{\n  "b": 1,\n  "a": [\n    null\n  ]\n}\n');
  });

  it('writes a whole comparison that reads back as it was', () => {
    expect(JSON.parse(toJson(CASES.improved))).to.deep.equal(CASES.improved);
  });
});

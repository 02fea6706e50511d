import { expect } from 'chai';
import type { VoltanaError } from '../../../../src/domain/errors.ts';
import { formatOf, RESULT_ENDINGS, type ResultKind } from '../../../../src/reporting/run/format-of.ts';
import type { Result } from '../../../../src/reporting/run/findings.ts';
import { resultText } from '../../../../src/reporting/run/render.ts';
import { abComparison, benchRun } from '../../../fixtures/bench-records.ts';

const refusal = (file: string, kind: ResultKind): VoltanaError => {
  try {
    formatOf(file, kind);
  } catch (error) {
    return error as VoltanaError;
  }
  throw new Error(`${file} was taken`);
};

describe('the format of an output file', () => {
  it('is told by its ending', () => {
    const formats = RESULT_ENDINGS.run.map((ending) => formatOf(`some/run.1${ending}`, 'run'));
    expect(formats).to.deep.equal(['json', 'csv', 'markdown', 'junit', 'vllm', 'html']);
    expect(RESULT_ENDINGS.comparison.map((ending) => formatOf(`a${ending}`, 'comparison'))).to.deep.equal([...formats.slice(0, 4), 'html']);
  });

  it('has a writer each', () => {
    const textsOf = (result: Result) =>
      RESULT_ENDINGS[result.kind]
        .map((ending) => formatOf(`a${ending}`, result.kind))
        .flatMap((format) => (format === 'html' ? [] : [resultText(result, format)]));
    const texts = [...textsOf(benchRun()), ...textsOf(abComparison())];
    expect(texts).to.have.length(9);
    for (const text of texts) expect(text).to.match(/\S\r?\n$/);
  });

  for (const file of ['run', 'run.txt', 'json', 'run.json.gz', 'run.JSON.'])
    it(`"${file}" has none`, () => {
      const error = refusal(file, 'run');
      expect([error.code, error.exitCode]).to.deep.equal(['BAD_VALUE', 2]);
      expect(error.message).to.include(`"${file}"`);
      expect(error.hint).to.match(/\.json or \.csv/);
    });

  it('refuses the key set of vLLM for two runs, which would lose one of them', () =>
    expect(refusal('a.vllm.json', 'comparison').hint).to.match(/of one run/));
});

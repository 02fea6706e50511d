import { expect } from 'chai';
import type { ClientComparison } from '../../../../src/domain/client-comparison.ts';
import { VoltanaError } from '../../../../src/domain/errors.ts';
import { compareResults, type CompareRequest } from '../../../../src/runs/judging/compare.ts';
import { baselineRun, candidateRun, comparison, header } from '../../../fixtures/run-records.ts';
import { validator } from '../../../fixtures/schemas.ts';
import { vllmResult } from '../../../fixtures/vllm-results.ts';

const compare = (a: unknown, b: unknown, over: Partial<CompareRequest> = {}) => {
  const texts: Readonly<Record<string, string>> = { 'a.json': JSON.stringify(a), 'b.json': JSON.stringify(b), run1: JSON.stringify(a) };
  return compareResults(
    { baseline: 'a.json', candidate: 'b.json', thresholdPct: undefined, strict: false, ...over },
    {
      archive: { read: (run) => Promise.resolve({ text: texts[run]!, path: `runs/${run}/run.json` }) },
      store: { read: (path) => Promise.resolve(texts[path]!) },
      headerFor: (seed) => ({ ...header, seed }),
    },
  );
};

const clients = async (a: unknown, b: unknown, over: Partial<CompareRequest> = {}): Promise<ClientComparison> => {
  const { document } = await compare(a, b, over);
  if (document.kind !== 'client-comparison') throw new Error(`it is a ${document.kind}`);
  const valid = validator('client-comparison');
  expect(valid(JSON.parse(JSON.stringify(document))), JSON.stringify(valid.errors)).to.equal(true);
  return document;
};
const verdictOf = ({ metrics }: ClientComparison, name: string) => metrics.find((metric) => metric.name === name)!.verdict;

describe('compareResults', () => {
  it('compares runs, by file and by id, under the candidate’s seed', async () => {
    const { document, exitCode } = await compare(baselineRun(), candidateRun());
    expect(document).to.deep.include({ kind: 'comparison', verdict: 'improved', seed: 7 });
    expect(exitCode).to.equal(0);
    const valid = validator('comparison');
    expect(valid(JSON.parse(JSON.stringify(document))), JSON.stringify(valid.errors)).to.equal(true);
    expect((await compare(baselineRun(), candidateRun(), { baseline: 'run1' })).document.verdict).to.equal('improved');
    expect((await compare(candidateRun(), baselineRun())).exitCode).to.equal(7);
  });

  it('takes the candidate of a comparison', async () => {
    expect((await compare(baselineRun(), comparison())).document).to.deep.include({ verdict: 'improved' });
    expect((await compare(comparison(), candidateRun())).document).to.deep.include({ energySavedPct: 0 });
  });

  it('compares results of vllm bench serve by what they tell', async () => {
    const document = await clients(vllmResult(), vllmResult(1.2));
    expect(document).to.deep.include({ verdict: 'regressed', evidence: 'extrapolated' });
    expect(document.baseline).to.deep.include({ source: 'a.json', client: 'vllm bench serve', completed: 400 });
    expect(verdictOf(document, 'ttft.mean')).to.equal('regressed');
    expect(verdictOf(document, 'throughput.output_tokens')).to.equal('regressed');
    // A quantile without its spread is a guess.
    expect(verdictOf(document, 'ttft.p99')).to.equal('inconclusive');
    expect(verdictOf(document, 'e2e.mean')).to.equal('inconclusive');
    expect(document.metrics.map(({ name }) => name).join()).to.not.match(/energy|power|slo/);
    expect((await compare(vllmResult(), vllmResult(1.2))).exitCode).to.equal(7);
    expect((await clients(vllmResult(), vllmResult())).verdict).to.equal('same');
    expect((await clients(vllmResult(1.2), vllmResult())).verdict).to.equal('improved');
    expect((await clients(vllmResult(), vllmResult(1.2), { thresholdPct: 30 })).verdict).to.not.equal('regressed');
  });

  it('compares such a result with a run of ours, if both did the same work', async () => {
    const ours = candidateRun();
    const same = {
      num_prompts: ours.requests.offered,
      completed: ours.requests.completed,
      total_input_tokens: ours.inputTokens,
      total_output_tokens: ours.outputTokens,
      request_rate: ours.config.rate,
      max_concurrency: null,
    };
    const document = await clients(vllmResult(1, same), ours);
    expect(document.verdict).to.equal('regressed');
    expect(document.candidate).to.deep.include({ client: 'voltana', model: 'llama-3.1-8b' });
    expect((await clients(vllmResult(), ours)).reasons.join()).to.match(/differ in requests: 400 and 160/);
  });

  it('is invalid between results of other work', async () => {
    expect((await clients(vllmResult(), vllmResult(1, { model_id: 'other' }))).reasons.join()).to.include('differ in model');
    expect((await clients(vllmResult(), vllmResult(1, { total_output_tokens: 49_000 }))).verdict).to.equal('invalid');
    expect((await clients(vllmResult(1, { completed: 0 }), vllmResult(1, { completed: 0 }))).verdict).to.equal('invalid');
    expect((await compare(vllmResult(), vllmResult(1, { max_concurrency: 8 }))).exitCode).to.equal(6);
  });

  for (const [what, document, message] of [
    ['a profile', { ...baselineRun(), kind: 'profile' }, 'a run document is needed'],
    ['a list', [], 'a run document is needed'],
    ['a result without its counts', vllmResult(1, { total_output_tokens: 'many' }), 'total_output_tokens is "many"'],
    ['a result with less than nothing', vllmResult(1, { completed: -1 }), 'completed is -1'],
  ] as const)
    it(`refuses ${what}`, async () => {
      const error: unknown = await compare(baselineRun(), document).then(
        () => null,
        (thrown: unknown) => thrown,
      );
      expect(error).to.be.instanceOf(VoltanaError).with.property('exitCode', 2);
      expect((error as Error).message)
        .to.include(message)
        .and.to.include('b.json');
    });
});

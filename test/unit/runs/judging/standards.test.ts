import { expect } from 'chai';
import { VoltanaError } from '../../../../src/domain/errors.ts';
import { baselineProblems, readBaseline, readRun, readThresholds } from '../../../../src/runs/judging/standards.ts';
import { askedOf } from '../../../../src/telemetry/fairness.ts';
import { baselineRun, candidateRun, comparison, config } from '../../../fixtures/run-records.ts';

const archive = (document: unknown) => ({
  read: (run: string) => Promise.resolve({ text: typeof document === 'string' ? document : JSON.stringify(document), path: run }),
});

const refusal = async (promise: Promise<unknown>): Promise<VoltanaError> => {
  const error: unknown = await promise.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (error instanceof VoltanaError) return error;
  throw new Error('nothing was refused');
};

describe('standards of a run', () => {
  it('thresholds name the metric that was meant', () => {
    expect(readThresholds(['ttft.p99<800', 'goodput>1'])).to.have.length(2);
    expect(() => readThresholds(['tftf.p99<800'])).to.throw(VoltanaError, 'names no metric');
  });

  it('a baseline is a run, or the candidate of a comparison', async () => {
    const run = baselineRun();
    expect(await readBaseline('main.json', askedOf(run), archive(run))).to.deep.equal({ source: 'main.json', record: run });
    const { candidate } = comparison();
    expect(await readRun('c.json', archive(comparison()))).to.deep.equal(candidate);
  });

  for (const [what, document, message] of [
    ['another schema', { ...baselineRun(), schemaVersion: 2 }, 'schemaVersion is 2'],
    ['another kind', { ...baselineRun(), kind: 'profile' }, 'kind of this is "profile"'],
    ['half a document', '{"kind":"run"', 'main.json'],
    ['nothing', '', 'main.json is empty'],
    ['a run without its figures', { ...baselineRun(), requests: null }, 'requests'],
  ] as const)
    it(`refuses ${what}`, async () => {
      const error = await refusal(readBaseline('main.json', askedOf(baselineRun()), archive(document)));
      expect(error.exitCode).to.equal(2);
      expect(error.message).to.include(message);
    });

  for (const [what, over] of [
    ['workload', { workload: 'sharegpt' }],
    ['model', { model: 'qwen3-8b' }],
    ['rate', { rate: 9 }],
    ['TTFT SLO', { slo: { ttftMs: 1, itlMs: 50 } }],
  ] as const)
    it(`refuses a baseline of another ${what}, before any load`, async () => {
      const planned = { ...askedOf(baselineRun()), config: { ...config, ...over } };
      const error = await refusal(readBaseline('main.json', planned, archive(baselineRun())));
      expect(error).to.include({ code: 'BAD_VALUE', exitCode: 2 });
      expect(error.message).to.include('main.json is no baseline').and.to.include(`differ in ${what}`);
    });

  it('refuses a baseline that does not count itself, another governor is what it is for', () => {
    const invalid = baselineRun({ invalidReasons: ['The clock moved'] });
    expect(baselineProblems(invalid, askedOf(invalid))).to.deep.equal(['It is not valid: The clock moved']);
    expect(baselineProblems(baselineRun({ outcomes: [] }), askedOf(baselineRun()))).to.include('It completed no request');
    expect(baselineProblems(baselineRun(), askedOf(candidateRun()))).to.deep.equal([]);
  });
});

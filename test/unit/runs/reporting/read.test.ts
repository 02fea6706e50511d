import { expect } from 'chai';
import type { VoltanaError } from '../../../../src/domain/errors.ts';
import { VoltanaError as Failure } from '../../../../src/domain/errors.ts';
import { readSources } from '../../../../src/runs/reporting/read.ts';
import { baselineRun, comparison } from '../../../fixtures/run-records.ts';
import { memoryStore } from '../../../fixtures/memory-store.ts';
import { tuningDocument } from '../../../fixtures/tuning-documents.ts';
import { vllmResult } from '../../../fixtures/vllm-results.ts';

const ID = '20261123T145210Z-bench-3f9a';
const files = {
  'a/run.json': JSON.stringify(baselineRun()),
  'b/run.json': JSON.stringify(baselineRun()),
  'pair.json': JSON.stringify(comparison()),
  'search.json': JSON.stringify(tuningDocument()),
  'vllm.json': JSON.stringify(vllmResult()),
  'other.json': JSON.stringify({ kind: 'doctor' }),
};
const archive = {
  read: (run: string) =>
    run === ID
      ? Promise.resolve({ text: files['a/run.json'], path: `/runs/${ID}/run.json` })
      : Promise.reject(new Failure('UNKNOWN_ID', `unknown run "${run}"`)),
  list: () => Promise.resolve([{ id: ID }] as never),
};
const read = (...sources: string[]) => readSources(sources, { archive, store: memoryStore({ ...files }).store });
const refusal = (...sources: string[]): Promise<VoltanaError> =>
  read(...sources).then(
    () => Promise.reject(new Error('taken')),
    (error: VoltanaError) => error,
  );

describe('what a report is asked to tell of', () => {
  it('tells runs of one name apart, in the order asked for', async () => {
    const { runs, comparison: pair } = await read('a/run.json', ID, 'b/run.json');
    expect(runs.map(({ name }) => name)).to.deep.equal(['run', ID, 'run (2)']);
    expect(pair).to.equal(null);
  });

  it('takes both runs of a comparison, and the comparison itself where it is alone', async () => {
    const alone = await read('pair.json');
    expect(alone.runs.map(({ name }) => name)).to.deep.equal(['pair baseline', 'pair candidate']);
    expect(alone.comparison?.verdict).to.equal(comparison().verdict);
    expect((await read('pair.json', 'search.json')).comparison).to.equal(null);
  });

  it('takes a search', async () => {
    const { runs, tunings } = await read('search.json');
    expect([runs.length, tunings[0]?.name]).to.deep.equal([0, 'search']);
  });

  it('refuses what is no run, and says what to do', async () => {
    const [vllm, other] = [await refusal('vllm.json'), await refusal('other.json')];
    expect([vllm.code, vllm.exitCode, other.code]).to.deep.equal(['BAD_VALUE', 2, 'BAD_VALUE']);
    expect(vllm.hint).to.match(/voltana compare/);
    expect(other.message).to.match(/"doctor"/);
    expect((await refusal('none.json')).code).to.equal('FILE_UNREADABLE');
  });

  it('names the nearest id', async () => {
    const error = await refusal(ID.replace('3f9a', '3f9b'));
    expect(error.code).to.equal('UNKNOWN_ID');
    expect(error.hint).to.include(ID);
  });
});

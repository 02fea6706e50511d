import { expect } from 'chai';
import { summaryOf } from '../../../../src/adapters/host/run-archive-summary.ts';

const CONFIG = { model: 'llama-3.1-8b', workload: 'azure-conv-2023', rate: 8, governor: 'slo' };
const what = (over: object, bench?: object): string | undefined =>
  summaryOf({ kind: 'run', config: { ...CONFIG, ...over }, ...(bench ? { bench } : {}) })?.what;

describe('what a list says of a run', () => {
  it('who governed, and which cluster or URL was aimed at', () => {
    expect(what({}, { load: { url: null }, request: { cluster: 'a.yaml' } })).to.equal(
      'slo on a.yaml, llama-3.1-8b, azure-conv-2023 at 8/s',
    );
    expect(what({ governor: 'unknown' }, { load: { url: 'http://h:1/', concurrency: 4 } })).to.equal(
      'http://h:1/, llama-3.1-8b, azure-conv-2023 by 4 at a time',
    );
    expect(what({ governor: 'max' }, { load: { url: 'http://h:1/' } })).to.match(/^max on http:\/\/h:1\/, /);
  });

  it('of a run that is no bench, who governed', () => expect(what({})).to.equal('slo, llama-3.1-8b, azure-conv-2023 at 8/s'));

  it('of documents that anybody may have damaged, what is left', () => {
    expect(what({ governor: 7 }, { load: 5, request: null })).to.equal('llama-3.1-8b, azure-conv-2023 at 8/s');
    expect(summaryOf({ kind: 'run' })).to.deep.equal({ kind: 'run', what: '', verdict: null });
    expect(summaryOf({})).to.equal(null);
  });
});

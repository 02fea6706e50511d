import { expect } from 'chai';
import { createLog } from '../../../commands/log.ts';

const said = (wanted: { quiet?: boolean; verbose?: boolean; json?: boolean; logFormat?: 'text' | 'json' }) => {
  const lines: string[] = [];
  const outlets = { out: (line: string) => lines.push(`out ${line}`), err: (line: string) => lines.push(`err ${line}`), now: () => 'T' };
  const log = createLog(outlets, { quiet: false, verbose: false, json: false, logFormat: 'text', ...wanted });
  log('one', 'profile');
  log('two', 'kept', 'warn');
  log('three', 'process', 'debug');
  return lines;
};

describe('createLog', () => {
  it('text is beside the result, or on stderr when the result is a document', () => {
    expect(said({})).to.deep.equal(['out one', 'err two']);
    expect(said({ json: true, verbose: true })).to.deep.equal(['err one', 'err two', 'err three']);
    expect(said({ quiet: true })).to.deep.equal(['err two']);
  });

  it('JSON lines leave stdout alone', () => {
    expect(said({ logFormat: 'json', verbose: true })).to.deep.equal([
      'err {"time":"T","level":"info","phase":"profile","text":"one"}',
      'err {"time":"T","level":"warn","phase":"kept","text":"two"}',
      'err {"time":"T","level":"debug","phase":"process","text":"three"}',
    ]);
    expect(said({ logFormat: 'json', quiet: true })).to.have.length(1);
  });
});

import { expect } from 'chai';
import fc from 'fast-check';
import { completionsApi } from '../../../../../src/adapters/load/stream/api/completions.ts';

describe('completions API', () => {
  it('tells text, finish, usage and errors apart', () => {
    const read = (chunk: unknown) => completionsApi.reader()(JSON.stringify(chunk));
    expect(read({ choices: [{ text: 'a', finish_reason: null }] })).to.deep.equal({
      text: true,
      finished: false,
      usage: null,
      error: null,
    });
    expect(read({ choices: [{ text: '', finish_reason: 'length' }] })).to.deep.equal({
      text: false,
      finished: true,
      usage: null,
      error: null,
    });
    expect(read({ choices: [], usage: { prompt_tokens: 3, completion_tokens: 4 } }).usage).to.deep.equal({
      promptTokens: 3,
      outputTokens: 4,
    });
    expect(read({ error: { message: 'no' } }).error).to.equal('no');
    expect(read({ error: { code: 5 } }).error).to.equal('{"code":5}');
    expect(read({ error: 'no' }).error).to.equal('no');
    expect(read({ choices: [], usage: { prompt_tokens: '3', completion_tokens: -1 } }).usage).to.deep.equal({
      promptTokens: null,
      outputTokens: null,
    });
  });

  it('never throws, whatever the server sends', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (payload) => void completionsApi.reader()(payload)));
    for (const payload of ['null', '[]', '1', '{"choices":[null]}', '{"choices":{}}', '{"usage":5}']) completionsApi.reader()(payload);
  });
});

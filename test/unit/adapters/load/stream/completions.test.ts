import { expect } from 'chai';
import fc from 'fast-check';
import { completionsApi } from '../../../../../src/adapters/load/stream/completions.ts';
import { promptText } from '../../../../../src/adapters/load/stream/prompt.ts';
import { targetOf } from '../../../../../src/adapters/load/stream/target.ts';

describe('promptText', () => {
  it('has exactly as many words as tokens', () => {
    for (const promptTokens of [1, 2, 1155]) expect(promptText('r000001', promptTokens).split(/\s+/)).to.have.length(promptTokens);
  });

  it('is the same for the same request, and differs by request within the first words', () => {
    expect(promptText('r000001', 50)).to.equal(promptText('r000001', 50));
    const starts = Array.from({ length: 500 }, (_, n) => promptText(`r${n}`, 16));
    expect(new Set(starts).size).to.equal(500);
  });
});

describe('completionsApi.read', () => {
  it('tells text, finish, usage and errors apart', () => {
    const read = (chunk: unknown) => completionsApi.read(JSON.stringify(chunk));
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
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (payload) => void completionsApi.read(payload)));
    for (const payload of ['null', '[]', '1', '{"choices":[null]}', '{"choices":{}}', '{"usage":5}']) completionsApi.read(payload);
  });
});

describe('targetOf', () => {
  it('joins a base with or without path, slash or /v1', () => {
    const paths = ['http://h:1', 'http://h:1/', 'http://h:1/v1', 'http://h:1/v1/', 'http://h:1/a/v1'].map(
      (url) => targetOf(url, '/v1/completions').path,
    );
    expect(paths).to.deep.equal(['/v1/completions', '/v1/completions', '/v1/completions', '/v1/completions', '/a/v1/completions']);
    expect(targetOf('https://h:1/x', '/p').origin).to.equal('https://h:1');
  });

  it('refuses what is no http URL', () => {
    for (const url of ['', 'h:80', 'ftp://h', '127.0.0.1:8000'])
      expect(() => targetOf(url, '/p'))
        .to.throw('not an http URL')
        .with.property('code', 'BAD_VALUE');
  });
});

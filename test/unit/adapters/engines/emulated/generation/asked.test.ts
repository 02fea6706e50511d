import { expect } from 'chai';
import { countWords, parseAsked, subRequestTokens } from '../../../../../../src/adapters/engines/emulated/generation/asked.ts';
import { HttpError } from '../../../../../../src/adapters/engines/emulated/http.ts';

describe('emulated engine: what a body asks for', () => {
  it('counts words whatever separates them', () => {
    expect(countWords('  one\ttwo\n three  ')).to.equal(3);
    expect(countWords('')).to.equal(0);
  });

  it('reads a streaming completion', () => {
    const body = {
      prompt: 'a b c',
      max_tokens: 7,
      stream: true,
      model: 'm',
      stream_options: { include_usage: true, continuous_usage_stats: true },
    };
    expect(parseAsked(body, 'completion')).to.deep.equal({
      api: 'completion',
      promptsTokens: [3],
      n: 1,
      maxTokens: 7,
      stream: true,
      model: 'm',
      includeUsage: true,
      continuousUsage: true,
    });
  });

  it('takes token ids, batches of either, and n of each', () => {
    const tokensOf = (prompt: unknown, n?: number) => subRequestTokens(parseAsked({ prompt, n }, 'completion'));
    expect(tokensOf([1, 2])).to.deep.equal([2]);
    expect(tokensOf(['a', 'b c'], 2)).to.deep.equal([1, 1, 2, 2]);
    expect(tokensOf([[1, 2, 3], [4]])).to.deep.equal([3, 1]);
  });

  it('counts a chat by its texts, and a token more for each message', () => {
    const messages = [
      { role: 'system', content: 'be brief' },
      { role: 'user', content: [{ type: 'text', text: 'one two three' }, { type: 'image_url' }] },
      { role: 'assistant', content: null },
    ];
    expect(parseAsked({ messages, max_tokens: 9, max_completion_tokens: 2 }, 'chat')).to.deep.include({ promptsTokens: [8], maxTokens: 2 });
  });

  const refused: [string, unknown, string][] = [
    ['no prompt', {}, '"prompt" is missing'],
    ['an empty prompt', { prompt: ' ' }, '"prompt" is empty'],
    ['an empty batch', { prompt: [] }, '"prompt" is empty'],
    ['an empty prompt in a batch', { prompt: ['a', ''] }, '"prompt" is empty'],
    ['a mixed prompt', { prompt: [1, 'a'] }, '"prompt" must be'],
    ['zero max_tokens', { prompt: 'a', max_tokens: 0 }, '"max_tokens"'],
    ['fractional max_tokens', { prompt: 'a', max_tokens: 1.5 }, '"max_tokens"'],
    ['text max_tokens', { prompt: 'a', max_tokens: '5' }, '"max_tokens"'],
    ['more tokens at least than at most', { prompt: 'a', max_tokens: 1, min_tokens: 2 }, '"min_tokens"'],
    ['no choice', { prompt: 'a', n: 0 }, '"n"'],
    ['too many choices', { prompt: 'a', n: 129 }, '"n"'],
    ['stream options without a stream', { prompt: 'a', stream_options: { include_usage: true } }, '"stream_options"'],
    ['a stream that is neither on nor off', { prompt: 'a', stream: 'yes' }, '"stream"'],
    ['a model that is no name', { prompt: 'a', model: 3 }, '"model"'],
  ];
  for (const [name, body, message] of refused) {
    it(`refuses ${name} and names it`, () =>
      expect(() => parseAsked(body as Record<string, unknown>, 'completion'))
        .to.throw(HttpError, message)
        .with.property('status', 400));
  }

  it('refuses a chat without messages, and messages without a role', () => {
    for (const messages of [undefined, [], 'hi', [{ content: 'a' }], [null]]) {
      expect(() => parseAsked({ messages }, 'chat')).to.throw(HttpError, /message/);
    }
  });
});

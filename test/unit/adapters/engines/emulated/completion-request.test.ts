import { expect } from 'chai';
import { countWords, parseCompletion } from '../../../../../src/adapters/engines/emulated/completion-request.ts';
import { HttpError } from '../../../../../src/adapters/engines/emulated/http.ts';

const paired = { bootstrap_host: '127.0.0.1', bootstrap_port: 9000, bootstrap_room: 5 };

describe('emulated engine: completion request', () => {
  it('counts words whatever separates them', () => {
    expect(countWords('  one\ttwo\n three  ')).to.equal(3);
    expect(countWords('')).to.equal(0);
  });

  it('reads a streaming body', () => {
    const asked = parseCompletion({ prompt: 'a b c', max_tokens: 7, stream: true, stream_options: { include_usage: true }, ...paired });
    expect(asked).to.deep.equal({
      promptTokens: 3,
      maxTokens: 7,
      stream: true,
      includeUsage: true,
      room: 5,
      bootstrap: { host: '127.0.0.1', port: 9000 },
    });
  });

  it('takes token ids, sixteen output tokens by default, and no peer for room 0', () => {
    const asked = parseCompletion({ prompt: [1, 2], bootstrap_host: '2.2.2.2', bootstrap_port: null, bootstrap_room: 0 });
    expect(asked).to.deep.equal({ promptTokens: 2, maxTokens: 16, stream: false, includeUsage: false, room: 0, bootstrap: null });
  });

  const refused: [string, unknown, string][] = [
    ['an array', [], 'JSON object'],
    ['no prompt', { ...paired }, '"prompt" is missing'],
    ['an empty prompt', { prompt: ' ', ...paired }, '"prompt" is empty'],
    ['several prompts', { prompt: ['a', 'b'], ...paired }, '"prompt" must be'],
    ['zero max_tokens', { prompt: 'a', max_tokens: 0, ...paired }, '"max_tokens"'],
    ['fractional max_tokens', { prompt: 'a', max_tokens: 1.5, ...paired }, '"max_tokens"'],
    ['text max_tokens', { prompt: 'a', max_tokens: '5', ...paired }, '"max_tokens"'],
    ['two choices', { prompt: 'a', n: 2, ...paired }, '"n"'],
    ['no room', { prompt: 'a' }, 'bootstrap_room'],
    ['a room beyond 2^53', { prompt: 'a', ...paired, bootstrap_room: 2 ** 53 }, 'bootstrap_room'],
    ['no host', { prompt: 'a', bootstrap_port: 1, bootstrap_room: 5 }, 'bootstrap_host'],
    ['no port', { prompt: 'a', bootstrap_host: 'h', bootstrap_room: 5 }, 'bootstrap_port'],
  ];
  for (const [name, body, message] of refused) {
    it(`refuses ${name} and names it`, () =>
      expect(() => parseCompletion(body))
        .to.throw(HttpError, message)
        .with.property('status', 400));
  }
});

import { expect } from 'chai';
import { StreamedTokens } from '../../../../../src/adapters/engines/probe/streamed-tokens.ts';
import { refusalIn } from '../../../../../src/domain/engine-refusal.ts';
import { thrownBy } from '../../../../fixtures/thrown.ts';

const counts = (events: readonly object[]): (number | null)[] => {
  const tokens = new StreamedTokens();
  return events.map((event) => tokens.in(JSON.stringify(event)));
};
const text = (content: string, more: object = {}) => ({ choices: [{ text: content }], ...more });

describe('tokens of a streamed answer', () => {
  it('are those that the engine counts, also where an event carries several or no text yet', () => {
    const usage = (completion: number) => ({ usage: { completion_tokens: completion } });
    expect(counts([text('a', usage(1)), text('', usage(2)), text('bcd', usage(5)), { choices: [], ...usage(5) }])).to.deep.equal([
      1, 1, 3, 0,
    ]);
  });

  it("are llama.cpp's own count, too", () => {
    expect(counts([text('a', { timings: { predicted_n: 1 } }), text('b', { timings: { predicted_n: 4 } })])).to.deep.equal([1, 3]);
  });

  it('are events with text where nobody counts, and a count at the very end adds what had none', () => {
    expect(counts([text('a'), text(''), text('b'), { choices: [], usage: { completion_tokens: 3 } }])).to.deep.equal([1, 0, 1, 1]);
  });

  it('end with [DONE]; what cannot be read carries none', () => {
    const tokens = new StreamedTokens();
    expect(tokens.in('{"choi')).to.equal(0);
    expect(tokens.in('[DONE]')).to.equal(null);
  });

  it('an error in the stream is one of the engine; a bad request is a refusal of the load', () => {
    const fail = (error: unknown) => thrownBy(() => new StreamedTokens().in(JSON.stringify({ error })));
    expect(fail({ message: 'too long', code: 400 })).to.include({ code: 'ENGINE_FAILED' });
    expect(refusalIn(fail({ message: 'too long', code: 400 }))).not.to.equal(null);
    expect(refusalIn(fail({ message: 'gone', code: 500 }))).to.equal(null);
    expect(fail('gone').message).to.include('gone');
  });
});

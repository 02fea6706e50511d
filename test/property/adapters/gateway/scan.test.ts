import { expect } from 'chai';
import fc from 'fast-check';
import { SHAPES } from '../../../../src/adapters/gateway/api/index.ts';
import { createNews } from '../../../../src/adapters/gateway/api/shape.ts';
import { API_PATHS } from '../../../../src/ports/engine.ts';

/** Generated text that tries to look like what is being looked for. */
const nasty = fc.oneof(
  fc.string({ maxLength: 20 }),
  fc.constantFrom(
    '"usage":{"completion_tokens":99}',
    '"error":{"message":"x"}',
    '\\"text\\":\\"',
    '"}],"error":"x',
    '"content":"y"',
    '[DONE]',
    '\\',
  ),
);
const usage = fc.option(fc.record({ prompt_tokens: fc.nat(99_999), completion_tokens: fc.nat(99_999) }), { nil: undefined });
const spaced = fc.constantFrom(undefined, 1);

const newsOf = (path: (typeof API_PATHS)[number], payload: object, indent?: number): ReturnType<typeof createNews> => {
  const news = createNews();
  // With spaces behind colons and commas, as Python writes them, but on one line as in a stream.
  const json = indent === undefined ? JSON.stringify(payload) : JSON.stringify(payload).replace(/":(?=[{["\dtfn])(?!.*\\)/g, '": ');
  try {
    expect(JSON.parse(json)).to.deep.equal(JSON.parse(JSON.stringify(payload)));
  } catch {
    SHAPES[path].scanner()(Buffer.from(JSON.stringify(payload)).toString('latin1'), news);
    return news;
  }
  SHAPES[path].scanner()(Buffer.from(json).toString('latin1'), news);
  return news;
};

describe('gateway: chunks read without parsing', () => {
  it('completions: text, usage and errors as JSON.parse would find them', () => {
    fc.assert(
      fc.property(nasty, usage, spaced, (text, told, indent) => {
        const news = newsOf('/v1/completions', { id: 'x', choices: [{ index: 0, text, logprobs: null }], usage: told ?? null }, indent);
        expect(news).to.include({
          text: text !== '',
          error: false,
          usageOnly: false,
          promptTokens: told?.prompt_tokens ?? -1,
          completionTokens: told?.completion_tokens ?? -1,
        });
      }),
    );
  });

  it('chat: any kind of text, whatever it says', () => {
    const delta = fc.oneof(
      nasty.map((content) => [{ content }, content !== ''] as const),
      nasty.map((reasoning_content) => [{ content: null, reasoning_content }, reasoning_content !== ''] as const),
      nasty.map((reasoning) => [{ content: '', reasoning }, reasoning !== ''] as const),
      nasty.map((args) => [{ tool_calls: [{ index: 0, function: { arguments: args } }] }, true] as const),
      fc.constant([{}, false] as const),
    );
    fc.assert(
      fc.property(delta, usage, spaced, ([said, text], told, indent) => {
        const news = newsOf('/v1/chat/completions', { choices: [{ index: 0, delta: said }], ...(told && { usage: told }) }, indent);
        expect(news).to.include({ text, error: false, usageOnly: false, completionTokens: told?.completion_tokens ?? -1 });
      }),
    );
  });

  it('generate: the running totals, however the text reads', () => {
    fc.assert(
      fc.property(nasty, fc.nat(9999), fc.nat(9999), (text, prompt, completion) => {
        const news = newsOf('/generate', { text, meta_info: { prompt_tokens: prompt, completion_tokens: completion } });
        expect(news).to.include({ promptTokens: prompt, completionTokens: completion, error: false });
      }),
    );
  });

  for (const path of API_PATHS) {
    it(`${path}: an error is one, as an object or a text, and null is none`, () => {
      expect(newsOf(path, { error: { message: 'x' } }).error).to.equal(true);
      expect(newsOf(path, { error: 'x', choices: [] }).error).to.equal(true);
      expect(newsOf(path, { error: null, choices: [] }).error).to.equal(false);
      expect(newsOf(path, { choices: [], note: 'error' }).error).to.equal(false);
    });
  }

  it('knows the chunk that only tells usage, and the one that only opens an answer', () => {
    const told = { prompt_tokens: 1, completion_tokens: 2, prompt_tokens_details: { cached_tokens: 1 } };
    for (const path of ['/v1/completions', '/v1/chat/completions'] as const) {
      expect(newsOf(path, { choices: [], usage: told })).to.include({ usageOnly: true, cachedTokens: 1 });
      expect(newsOf(path, { choices: [{ index: 0 }], usage: told }).usageOnly).to.equal(false);
      expect(newsOf(path, { choices: [], usage: null }).usageOnly).to.equal(false);
    }
    const chat = (delta: object, finish: string | null): boolean =>
      newsOf('/v1/chat/completions', { choices: [{ index: 0, delta, finish_reason: finish }] }).opening;
    expect([chat({ role: 'assistant', content: '' }, null), chat({ role: 'assistant' }, 'stop'), chat({}, null)]).to.deep.equal([
      true,
      false,
      false,
    ]);
  });
});

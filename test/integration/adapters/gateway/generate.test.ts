import { expect } from 'chai';
import { DONE, sse } from '../../../fixtures/engines/scripted-engine.ts';
import { post } from '../../../fixtures/engines/asking.ts';
import { prefilled, setUp, type Script, type Setup } from '../../../fixtures/gateway/harness.ts';

const chunk = (text: string, tokens: number, more: object = {}): string =>
  `data: ${JSON.stringify({ text, meta_info: { id: 'x', prompt_tokens: 6, completion_tokens: tokens, cached_tokens: 2, finish_reason: null }, ...more })}\n\n`;

describe('gateway: /generate', () => {
  let setup: Setup;
  const start = async (decode: Script): Promise<void> => {
    setup = await setUp('together', [[prefilled, decode]]);
  };
  const ask = (body: object): Promise<Response> => post(`${setup.gateway.url}/generate`, body);
  afterEach(() => setup.close());

  it('passes a stream byte for byte and counts by the engine’s totals', async () => {
    const stream = chunk('a', 1) + chunk('a "completion_tokens":99', 4) + chunk('abc', 5) + DONE;
    await start((response) => sse(response, stream));
    expect(await (await ask({ text: 'hi', stream: true })).text()).to.equal(stream);
    expect(setup.dispatcher.seen[0]).to.deep.include({ tokens: 5, ended: [{ how: 'completed', promptTokens: 6 }] });
  });

  for (const [name, parts] of [
    ['cumulative', ['a', 'ab', 'abc']],
    ['incremental', ['a', 'b', 'c']],
  ] as const) {
    it(`puts a stream of ${name} texts together`, async () => {
      await start((response) => sse(response, parts.map((text, i) => chunk(text, i + 1)).join('') + DONE));
      const answer = (await (await ask({ text: 'hi' })).json()) as { text: string; meta_info: { completion_tokens: number } };
      expect([answer.text, answer.meta_info.completion_tokens]).to.deep.equal(['abc', 3]);
    });
  }

  it('puts a batch together, in order', async () => {
    const parts = [chunk('x', 1, { index: 1 }), chunk('a', 1, { index: 0 }), chunk('xy', 2, { index: 1 }), chunk('ab', 2, { index: 0 })];
    await start((response) => sse(response, parts.join('') + DONE));
    const answers = (await (await ask({ text: ['p', 'q'] })).json()) as { text: string }[];
    expect(answers.map(({ text }) => text)).to.deep.equal(['ab', 'xy']);
    expect(setup.dispatcher.seen[0]).to.deep.include({ tokens: 4, ended: [{ how: 'completed', promptTokens: 12 }] });
  });

  it('knows prompt tokens exactly from token ids, and shares prefixes of equal beginnings', async () => {
    await start((response) => sse(response, chunk('a', 1) + DONE));
    const ids = Array.from({ length: 3000 }, (_, i) => i);
    await (await ask({ input_ids: ids })).text();
    await (await ask({ input_ids: [...ids.slice(0, 2000), ...ids] })).text();
    await (await ask({ input_ids: ids.map((id) => id + 1) })).text();
    const [first, second, third] = setup.dispatcher.seen.map(({ request }) => request);
    expect([first!.promptTokens, second!.promptTokens]).to.deep.equal([3000, 5000]);
    const shared = (a: readonly string[], b: readonly string[]): number => a.filter((hash, i) => hash === b[i]).length;
    expect(shared(first!.prefix!, second!.prefix!)).to.be.within(2, first!.prefix!.length - 1);
    expect(shared(first!.prefix!, third!.prefix!)).to.equal(0);
  });
});

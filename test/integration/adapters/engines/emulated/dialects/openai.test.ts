import { expect } from 'chai';
import { eventually, payloadsOf, post, startEngine, type Node } from '../../../../../fixtures/engines/emulated-node.ts';

describe('emulated OpenAI engine', () => {
  let engine: Node;
  before(async () => {
    engine = await startEngine({ dialect: 'openai', servedModel: 'tiny' });
  });
  after(() => engine.close());
  const at = (path: string): string => `${engine.instance.endpoints.url}${path}`;

  it('does both phases and counts both', async () => {
    const answer = (await (await post(at('/v1/completions'), { model: 'tiny', prompt: 'a b', max_tokens: 3 })).json()) as {
      usage: unknown;
    };
    expect(answer.usage).to.deep.equal({
      prompt_tokens: 2,
      completion_tokens: 3,
      total_tokens: 5,
      prompt_tokens_details: { cached_tokens: 0 },
    });
  });

  it('gives every choice its own index, in a stream too', async () => {
    const body = { prompt: ['a', 'b'], n: 2, max_tokens: 2, stream: true };
    const payloads = payloadsOf(await (await post(at('/v1/completions'), body)).text());
    const indices = payloads.slice(0, -1).map((payload) => (JSON.parse(payload) as { choices: [{ index: number }] }).choices[0].index);
    for (const index of [0, 1, 2, 3]) expect(indices.filter((one) => one === index)).to.have.length(3);
  });

  for (const key of ['bootstrap_room', 'kv_transfer_params', 'disaggregated_params']) {
    it(`refuses ${key}`, async () => expect((await post(at('/v1/completions'), { prompt: 'a', [key]: null })).status).to.equal(400));
  }

  it('knows its model by its served name only', async () => {
    expect(((await (await fetch(at('/v1/models'))).json()) as { data: [{ id: string }] }).data[0].id).to.equal('tiny');
    expect((await post(at('/v1/chat/completions'), { model: 'llama-3.1-8b', messages: [{ role: 'user', content: 'a' }] })).status).to.equal(
      404,
    );
  });

  it('goes on after a client left', async () => {
    const leaving = new AbortController();
    const response = await post(at('/v1/completions'), { prompt: 'a', max_tokens: 5000, stream: true }, leaving.signal);
    await response.body!.getReader().read();
    leaving.abort();
    await eventually('nothing is left', async () => {
      const load = (await (await fetch(`${engine.instance.endpoints.controlUrl}/load`)).json()) as Record<string, number>;
      return load['running'] === 0 && load['kvTokens'] === 0;
    });
    expect((await post(at('/v1/completions'), { prompt: 'a', max_tokens: 1 })).status).to.equal(200);
  });
});

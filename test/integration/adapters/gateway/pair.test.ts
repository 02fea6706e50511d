import { expect } from 'chai';
import { createSglangDialect } from '../../../../src/adapters/engines/sglang/dialect.ts';
import { startGateway, type Gateway } from '../../../../src/adapters/gateway/server.ts';
import { realTime } from '../../../../src/adapters/host/real-time.ts';
import type { LaunchedInstance } from '../../../../src/domain/instance.ts';
import type { EngineDialect, LegPlan } from '../../../../src/ports/engine.ts';
import { createRandom } from '../../../../src/statistics/random.ts';
import { eventually, payloadsOf, post, requestsOn, startNode, type Node } from '../../../fixtures/engines/emulated-node.ts';
import { recordingDispatcher } from '../../../fixtures/engines/recording-dispatcher.ts';

const sglang = createSglangDialect(createRandom(1));

type Together = Extract<LegPlan, { readonly order: 'together' }>;
const together = (...args: Parameters<EngineDialect['plan']>): Together => sglang.plan(...args) as Together;

/** Sends the two legs into different rooms. */
const mismatched: EngineDialect = {
  ...sglang,
  plan: (...args) => ({ ...together(...args), decode: together(...args).decode }),
};
/** One leg goes where nobody listens. */
const without = (role: 'prefill' | 'decode'): EngineDialect => ({
  ...sglang,
  plan(...args) {
    const plan = together(...args);
    const nowhere: LaunchedInstance = { ...plan[role].instance, endpoints: { url: 'http://127.0.0.1:1' } };
    return { ...plan, [role]: { ...plan[role], instance: nowhere } };
  },
});

describe('gateway in front of an emulated pair', () => {
  let prefill: Node;
  let decode: Node;
  let gateway: Gateway;
  let dispatcher: ReturnType<typeof recordingDispatcher>;
  const start = async (dialect: EngineDialect): Promise<void> => {
    dispatcher = recordingDispatcher(prefill.instance, decode.instance);
    gateway = await startGateway({ host: '127.0.0.1', port: 0, dialect, dispatcher, time: realTime(), limits: { retries: 0 } });
  };
  const idle = async (): Promise<boolean> => (await requestsOn(prefill.instance)) + (await requestsOn(decode.instance)) === 0;

  before(async () => {
    [prefill, decode] = await Promise.all([startNode('prefill'), startNode('decode')]);
  });
  afterEach(() => gateway.close());
  after(() => Promise.all([prefill.close(), decode.close()]));

  it('streams many requests at once and tells the dispatcher everything', async () => {
    await start(sglang);
    const ask = async (tokens: number): Promise<number> => {
      const body = { prompt: 'a '.repeat(50), max_tokens: tokens, stream: true, stream_options: { include_usage: true } };
      const payloads = payloadsOf(await (await post(`${gateway.url}/v1/completions`, body)).text());
      expect(payloads.at(-1)).to.equal('[DONE]');
      return payloads.filter((payload) => /"text":"[^"]/.test(payload)).length;
    };
    const lengths = Array.from({ length: 20 }, (_, i) => i + 1);
    expect(await Promise.all(lengths.map(ask))).to.deep.equal(lengths);
    expect(dispatcher.seen.map(({ tokens }) => tokens).sort((a, b) => a - b)).to.deep.equal(lengths);
    for (const seen of dispatcher.seen) expect(seen).to.deep.include({ prefillDone: 1, ended: [{ how: 'completed', promptTokens: 50 }] });
    expect(await idle()).to.equal(true);
  });

  it('does not add usage that the client did not ask for', async () => {
    await start(sglang);
    const text = await (await post(`${gateway.url}/v1/completions`, { prompt: 'a', max_tokens: 2, stream: true })).text();
    expect(text).to.not.contain('usage');
    expect(dispatcher.seen[0]!.ended).to.deep.equal([{ how: 'completed', promptTokens: 1 }]);
  });

  it('answers whole without stream', async () => {
    await start(sglang);
    const answer = (await (await post(`${gateway.url}/v1/completions`, { prompt: 'a b', max_tokens: 4 })).json()) as { usage: object };
    expect(answer.usage).to.include({ prompt_tokens: 2, completion_tokens: 4 });
    expect(dispatcher.seen[0]).to.deep.include({ tokens: 4, ended: [{ how: 'completed', promptTokens: 2 }] });
  });

  for (const [name, dialect] of [
    ['legs in different rooms', mismatched],
    ['no prefill leg', without('prefill')],
    ['no decode leg', without('decode')],
  ] as const) {
    it(`fails soon and leaves nothing behind: ${name}`, async () => {
      await start(dialect);
      const startedMs = performance.now();
      const response = await post(`${gateway.url}/v1/completions`, { prompt: 'a', max_tokens: 4, stream: true });
      expect(response.status).to.equal(502);
      expect(((await response.json()) as { error: { message: string } }).error.message).to.match(/engine [pd]0/);
      expect(performance.now() - startedMs).to.be.below(5000);
      expect(dispatcher.seen[0]!.ended.map(({ how }) => how)).to.deep.equal(['failed']);
      await eventually('both engines are idle', idle);
    });
  }

  it('cancels both legs when the client leaves during prefill', async () => {
    await start(sglang);
    const leaving = new AbortController();
    const answer = post(
      `${gateway.url}/v1/completions`,
      { prompt: 'a '.repeat(3000), max_tokens: 500, stream: true },
      leaving.signal,
    ).catch(() => null);
    await eventually(
      'both legs are in',
      async () => (await requestsOn(prefill.instance)) === 1 && (await requestsOn(decode.instance)) === 1,
    );
    leaving.abort();
    await answer;
    await eventually('both engines are idle', idle, 1000);
    expect(dispatcher.seen[0]!.ended.map(({ how }) => how)).to.deep.equal(['cancelled']);
  });

  it('cancels the decode leg when the client leaves during the stream', async () => {
    await start(sglang);
    const leaving = new AbortController();
    const response = await post(`${gateway.url}/v1/completions`, { prompt: 'a', max_tokens: 5000, stream: true }, leaving.signal);
    expect(response.status).to.equal(200);
    await response.body!.getReader().read();
    leaving.abort();
    await eventually('both engines are idle', idle, 1000);
    expect(dispatcher.seen[0]!.ended.map(({ how }) => how)).to.deep.equal(['cancelled']);
  });
});

import { expect } from 'chai';
import { eventually, metricOf, payloadsOf, post, startEngine, type Node } from '../../../../../fixtures/engines/emulated-node.ts';

const KEEP = { do_remote_decode: true, do_remote_prefill: false, remote_engine_id: null, remote_block_ids: null };
const PROMPT = 'one two three four';
/** Of the one engine that is to lose its KV. */
const SHORT_LEASE_MS = 100;
interface Reply {
  readonly choices: readonly { readonly text: string; readonly finish_reason: string }[];
  readonly usage: Readonly<Record<string, number>>;
  readonly kv_transfer_params: Readonly<Record<string, unknown>> | null;
}

let prefill: Node;
let decode: Node;
const completions = (node: Node): string => `${node.instance.endpoints.url}/v1/completions`;
const kvUsage = (node: Node): Promise<number> => metricOf(node.instance, 'vllm:kv_cache_usage_perc');
const promptTokens = (node: Node): Promise<number> => metricOf(node.instance, 'vllm:prompt_tokens_total');
const messageOf = async (response: Response): Promise<string> => ((await response.json()) as { error: { message: string } }).error.message;

const prefilled = async (prompt = PROMPT): Promise<Reply> => {
  const response = await post(completions(prefill), { prompt, max_tokens: 1, stream: false, kv_transfer_params: KEEP }, undefined, {
    'x-request-id': 'r1',
  });
  expect(response.status).to.equal(200);
  return (await response.json()) as Reply;
};

describe('emulated vLLM: NIXL pull', () => {
  beforeEach(async () => {
    const dialect = { dialect: 'vllm' } as const;
    [prefill, decode] = await Promise.all([startEngine({ ...dialect, role: 'prefill' }), startEngine({ ...dialect, role: 'decode' })]);
  });
  afterEach(() => Promise.all([prefill.close(), decode.close()]));

  it('tells where the KV lies, and decode streams on from it', async () => {
    const { kv_transfer_params: params, choices, usage } = await prefilled();
    expect(params).to.include.keys('remote_block_ids', 'remote_engine_id', 'remote_request_id', 'remote_host', 'remote_port', 'tp_size');
    expect(params).to.include({ do_remote_prefill: true, do_remote_decode: false });
    expect(params!['remote_request_id']).to.match(/^cmpl-r1-0-[0-9a-f]{8}$/);
    expect([choices[0]!.finish_reason, usage['completion_tokens']]).to.deep.equal(['length', 1]);
    expect(await kvUsage(prefill), 'KV waits').to.be.above(0);
    const options = { include_usage: true, continuous_usage_stats: true };
    const body = { prompt: PROMPT, max_tokens: 3, stream: true, stream_options: options, kv_transfer_params: params };
    const payloads = payloadsOf(await (await post(completions(decode), body)).text());
    expect(payloads.pop()).to.equal('[DONE]');
    const events = payloads.map((payload) => JSON.parse(payload) as { usage: Record<string, number>; choices: unknown[] });
    expect(events.map(({ usage: { completion_tokens: tokens } }) => tokens)).to.deep.equal([1, 2, 3, 3, 3]);
    expect(events.at(-1)!.choices).to.deep.equal([]);
    await eventually('KV was fetched', async () => (await kvUsage(prefill)) === 0);
    expect(await metricOf(prefill.instance, 'vllm:nixl_num_kv_expired_reqs_total')).to.equal(0);
  });

  it('frees KV that nobody fetches when its lease is over, and then fails who comes late', async () => {
    await prefill.close();
    prefill = await startEngine({ dialect: 'vllm', role: 'prefill', kvLeaseMs: SHORT_LEASE_MS });
    const { kv_transfer_params: params } = await prefilled();
    await eventually('the lease is over', async () => (await kvUsage(prefill)) === 0);
    expect(await metricOf(prefill.instance, 'vllm:nixl_num_kv_expired_reqs_total')).to.equal(1);
    const late = await post(completions(decode), { prompt: PROMPT, max_tokens: 3, kv_transfer_params: params });
    expect(late.status).to.equal(500);
    expect(await messageOf(late)).to.match(/kv_load_failure_policy.*no KV/);
    expect(await kvUsage(decode)).to.equal(0);
  });

  it('keeps KV alive for who waits for room, by heartbeats', async () => {
    const patient = { dialect: 'vllm', kvLeaseMs: 600 } as const;
    const nodes = await Promise.all([
      startEngine({ ...patient, role: 'prefill' }),
      startEngine({ ...patient, role: 'decode', maxRunningDecode: 1 }),
    ]);
    const [holder, busy] = nodes;
    try {
      const leaving = new AbortController();
      const blocker = await post(completions(busy), { prompt: 'a', max_tokens: 50_000, stream: true }, leaving.signal);
      await blocker.body!.getReader().read();
      const reply = await post(completions(holder), { prompt: PROMPT, max_tokens: 1, kv_transfer_params: KEEP });
      const { kv_transfer_params: params } = (await reply.json()) as Reply;
      const waiting = post(completions(busy), { prompt: PROMPT, max_tokens: 2, kv_transfer_params: params });
      await new Promise((resolve) => setTimeout(resolve, 1300));
      leaving.abort();
      expect((await waiting).status).to.equal(200);
      expect(await metricOf(holder.instance, 'vllm:nixl_num_kv_expired_reqs_total')).to.equal(0);
    } finally {
      await Promise.all(nodes.map((node) => node.close()));
    }
  });

  it('gives KV away once', async () => {
    const { kv_transfer_params: params } = await prefilled();
    const body = { prompt: PROMPT, max_tokens: 2, kv_transfer_params: params };
    expect((await post(completions(decode), body)).status).to.equal(200);
    expect((await post(completions(decode), body)).status).to.equal(500);
  });

  for (const [key, wrong] of [
    ['remote_engine_id', 'another'],
    ['remote_request_id', 'cmpl-r1-0-00000000'],
    ['remote_block_ids', [1]],
    ['remote_port', 1],
    ['remote_engine_id', undefined],
    ['remote_request_id', undefined],
    ['remote_block_ids', undefined],
    ['remote_host', undefined],
    ['remote_port', undefined],
  ] as const) {
    it(`fails a decode leg with ${wrong === undefined ? 'no' : 'a wrong'} ${key}`, async () => {
      const { kv_transfer_params: params } = await prefilled();
      const body = { prompt: PROMPT, max_tokens: 2, kv_transfer_params: { ...params, [key]: wrong } };
      const response = await post(completions(decode), body);
      expect(response.status).to.equal(500);
      expect(await messageOf(response)).to.match(/KV/);
      expect(await kvUsage(decode)).to.equal(0);
    });
  }

  it('prefills by itself, on its own GPU, what comes without KV', async () => {
    const response = await post(completions(decode), { prompt: 'a '.repeat(2000), max_tokens: 2 });
    expect(((await response.json()) as Reply).usage['completion_tokens']).to.equal(2);
    expect(await promptTokens(prefill)).to.equal(0);
  });

  for (const [name, body, message] of [
    ['a stream', { stream: true }, /stream/],
    ['stream options', { stream_options: { include_usage: true } }, /stream_options/],
    ['more tokens at least than at most', { min_tokens: 5 }, /min_tokens/],
    ['two choices', { n: 2 }, /one prompt and one choice/],
    ['several prompts', { prompt: ['a', 'b'] }, /one prompt and one choice/],
    ['both directions', { kv_transfer_params: { do_remote_decode: true, do_remote_prefill: true } }, /both/],
    ['parameters that are no object', { kv_transfer_params: 'x' }, /object/],
  ] as const) {
    it(`answers 400 to a prefill leg with ${name}`, async () => {
      const response = await post(completions(prefill), { prompt: 'a', max_tokens: 1, stream: false, kv_transfer_params: KEEP, ...body });
      expect(response.status).to.equal(400);
      expect(await messageOf(response)).to.match(message);
    });
  }

  it('keeps nothing of a prefill leg that goes on after its first token', async () => {
    const response = await post(completions(prefill), { prompt: PROMPT, max_tokens: 4, kv_transfer_params: KEEP });
    const { kv_transfer_params: params, usage } = (await response.json()) as Reply;
    expect([params, usage['completion_tokens']]).to.deep.equal([null, 4]);
    expect(await kvUsage(prefill)).to.equal(0);
  });

  it('frees everything when its client leaves before the first token', async () => {
    const leaving = new AbortController();
    const body = { prompt: 'a '.repeat(8000), max_tokens: 1, kv_transfer_params: KEEP };
    const leg = post(completions(prefill), body, leaving.signal).catch(() => null);
    await eventually('it runs', async () => (await metricOf(prefill.instance, 'vllm:num_requests_running')) === 1);
    leaving.abort();
    await leg;
    await eventually('nothing is left', async () => (await kvUsage(prefill)) === 0);
    expect(await metricOf(prefill.instance, 'vllm:num_requests_running')).to.equal(0);
  });

  it('frees everything when the decode client leaves in the middle', async () => {
    const { kv_transfer_params: params } = await prefilled();
    const leaving = new AbortController();
    const response = await post(
      completions(decode),
      { prompt: PROMPT, max_tokens: 5000, stream: true, kv_transfer_params: params },
      leaving.signal,
    );
    await response.body!.getReader().read();
    leaving.abort();
    await eventually('nothing is left', async () => (await kvUsage(decode)) === 0 && (await kvUsage(prefill)) === 0);
  });

  it('serves several choices and prompts without a transfer', async () => {
    const answer = (await (await post(completions(decode), { prompt: ['a', 'b c'], n: 2, max_tokens: 2 })).json()) as Reply;
    expect(answer.choices).to.have.length(4);
    expect(answer.usage).to.include({ prompt_tokens: 3, completion_tokens: 8 });
  });

  it('streams a chat', async () => {
    const body = { messages: [{ role: 'user', content: 'hi you' }], max_tokens: 2, stream: true };
    const payloads = payloadsOf(await (await post(`${decode.instance.endpoints.url}/v1/chat/completions`, body)).text());
    const deltas = payloads.slice(0, -1).map((payload) => (JSON.parse(payload) as { choices: [{ delta: object }] }).choices[0].delta);
    expect(deltas).to.deep.equal([{ role: 'assistant', content: '' }, { content: ' tok' }, { content: ' tok' }, {}]);
  });

  it('says who it is, and 404 to another model', async () => {
    const { url } = decode.instance.endpoints;
    const health = await fetch(`${url}/health`);
    expect([health.status, await health.text()]).to.deep.equal([200, '']);
    expect(await (await fetch(`${url}/version`)).json()).to.have.keys('version');
    expect(await (await fetch(`${url}/load`)).json()).to.deep.equal({ server_load: 0 });
    const other = await post(completions(decode), { model: 'other', prompt: 'a' });
    expect(other.status).to.equal(404);
    expect(await messageOf(other)).to.match(/does not exist/);
  });
});

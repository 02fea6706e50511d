import { expect } from 'chai';
import { RawObject } from '../../../../../../src/domain/raw-json.ts';
import { eventually, metricOf, payloadsOf, post, startEngine, type Node } from '../../../../../fixtures/engines/emulated-node.ts';

const PROMPT = 'one two three';
/** Beyond what a double holds: read as a number it ends in 08. */
const DISAGG_ID = '1152921504606846977';

let prefill: Node;
let decode: Node;
const completions = (node: Node): string => `${node.instance.endpoints.url}/v1/completions`;
const kvUsage = (node: Node): Promise<number> => metricOf(node.instance, 'trtllm_kv_cache_utilization', '/prometheus/metrics');
const nothingLeft = (): Promise<void> =>
  eventually('nothing is left', async () => (await kvUsage(prefill)) === 0 && (await kvUsage(decode)) === 0);
const messageOf = async (response: Response): Promise<string> => ((await response.json()) as { message: string }).message;

const contextBody = (params: string, more: object = {}): string =>
  RawObject.parse(JSON.stringify({ prompt: PROMPT, max_tokens: 4, ...more })).with({ disaggregated_params: params }).text;
const contextParams = (id = DISAGG_ID): string => `{"request_type":"context_only","disagg_request_id":${id}}`;

interface Reply {
  readonly choices: readonly [{ readonly finish_reason: string; readonly disaggregated_params: Record<string, unknown> }];
  readonly prompt_token_ids: readonly number[];
  readonly usage: Readonly<Record<string, number>>;
}

/** Of a context reply, its `disaggregated_params` as they are written. */
const rawParams = (reply: string): string =>
  RawObject.parse(RawObject.parse(reply).raw('choices')!.slice(1, -1)).raw('disaggregated_params')!;
const asGeneration = (params: string, changes: Record<string, string | null> = {}): string =>
  RawObject.parse(params).with({ request_type: '"generation_only"', ...changes }).text;
const generationBody = (params: string, more: object = {}): string =>
  RawObject.parse(JSON.stringify({ prompt: [0, 7, 14], max_tokens: 4, ...more })).with({ disaggregated_params: params }).text;

const context = async (): Promise<string> => {
  const response = await post(completions(prefill), contextBody(contextParams()));
  expect(response.status).to.equal(200);
  return response.text();
};

/** KV that nobody fetches is soon freed. */
const shortTime = async (): Promise<void> => {
  await prefill.close();
  prefill = await startEngine({ dialect: 'trtllm', role: 'prefill', kvLeaseMs: 100 });
};

const start = (protocol: 'context-first' | 'generation-first'): void => {
  beforeEach(async () => {
    const dialect = { dialect: 'trtllm', protocol, rendezvousTimeoutMs: 1000 } as const;
    [prefill, decode] = await Promise.all([startEngine({ ...dialect, role: 'prefill' }), startEngine({ ...dialect, role: 'decode' })]);
  });
  afterEach(() => Promise.all([prefill.close(), decode.close()]));
};

describe('emulated TensorRT-LLM: context first', () => {
  start('context-first');

  it('draws ids that no double holds, and gives the router’s back as it wrote it', async () => {
    const params = rawParams(await context());
    expect(RawObject.parse(params).raw('disagg_request_id')).to.equal(DISAGG_ID);
    const id = RawObject.parse(params).raw('ctx_request_id')!;
    expect(BigInt(Number(id))).to.not.equal(BigInt(id));
    expect(BigInt(id) < 2n ** 63n).to.equal(true);
  });

  it('goes on with the first token where the context left off', async () => {
    const text = await context();
    const reply = JSON.parse(text) as Reply;
    expect(reply.choices[0].finish_reason).to.equal('length');
    expect(reply.prompt_token_ids).to.deep.equal([0, 7, 14]);
    expect(reply.choices[0].disaggregated_params['first_gen_tokens']).to.have.length(1);
    expect(await kvUsage(prefill)).to.be.above(0);
    const body = generationBody(asGeneration(rawParams(text)), { stream: true, stream_options: { include_usage: true } });
    const payloads = payloadsOf(await (await post(completions(decode), body)).text());
    expect(payloads).to.have.length(4 + 3);
    expect((JSON.parse(payloads.at(-2)!) as Reply).usage).to.include({ prompt_tokens: 3, completion_tokens: 4 });
    await nothingLeft();
  });

  it('fails a router that rounds ids', async () => {
    const rounded = JSON.stringify(JSON.parse(rawParams(await context())) as unknown);
    const response = await post(completions(decode), generationBody(asGeneration(rounded)));
    expect(response.status).to.equal(500);
    // Of two ids one may survive the rounding by chance: then the KV is found, and the other one does not belong to it.
    expect(await messageOf(response)).to.match(/no KV of|the KV of .* cannot be had/);
    expect(await kvUsage(decode)).to.equal(0);
  });

  for (const [name, changes, status] of [
    ['another ctx_request_id', { ctx_request_id: '4611686018427388417' }, 500],
    ['no ctx_request_id', { ctx_request_id: null }, 400],
    ['another disagg_request_id', { disagg_request_id: '1152921504606846979' }, 500],
    ['no disagg_request_id', { disagg_request_id: null }, 400],
    ['no first_gen_tokens', { first_gen_tokens: null }, 400],
    ['no opaque state', { encoded_opaque_state: null }, 400],
    ['another opaque state', { encoded_opaque_state: '"e30="' }, 400],
    ['the context’s request type', { request_type: '"context_only"' }, 400],
    ['no request type', { request_type: null }, 400],
  ] as const) {
    it(`fails a generation leg with ${name}`, async () => {
      const params = rawParams(await context());
      const response = await post(completions(decode), generationBody(asGeneration(params, changes)));
      expect(response.status).to.equal(status);
      expect(await messageOf(response)).to.not.equal('');
      expect(await kvUsage(decode)).to.equal(0);
    });
  }

  it('fails a generation leg whose prompt is another', async () => {
    const response = await post(completions(decode), generationBody(asGeneration(rawParams(await context())), { prompt: [1, 2] }));
    expect(response.status).to.equal(500);
    expect(await messageOf(response)).to.match(/another length/);
  });

  it('takes the token ids of the context for a chat', async () => {
    const messages = [{ role: 'user', content: 'hi you there' }];
    const chat = (node: Node): string => `${node.instance.endpoints.url}/v1/chat/completions`;
    const text = await (await post(chat(prefill), contextBody(contextParams(), { messages }))).text();
    const ids = (JSON.parse(text) as Reply).prompt_token_ids;
    const body = generationBody(asGeneration(rawParams(text)), { messages, prompt_token_ids: ids });
    const answer = (await (await post(chat(decode), body)).json()) as { choices: [{ message: unknown }]; usage: unknown };
    expect(answer.choices[0].message).to.deep.equal({ role: 'assistant', content: ' tok tok tok tok' });
    expect(answer.usage).to.include({ prompt_tokens: ids.length, completion_tokens: 4 });
  });

  it('finishes what has but one token, and keeps nothing of it', async () => {
    const response = await post(completions(prefill), contextBody(contextParams(), { max_tokens: 1 }));
    const [choice] = ((await response.json()) as Reply).choices;
    expect(choice).to.include({ finish_reason: 'stop', disaggregated_params: null });
    expect(await kvUsage(prefill)).to.equal(0);
  });

  for (const [name, params, more] of [
    ['a generation’s request type', asGeneration(contextParams()), {}],
    ['no request type', '{"disagg_request_id":5}', {}],
    ['no id', '{"request_type":"context_only"}', {}],
    ['an id as text', contextParams('"7"'), {}],
    ['an id of 2^63', contextParams('9223372036854775808'), {}],
    ['a stream', contextParams(), { stream: true }],
    ['two choices', contextParams(), { n: 2 }],
    ['several prompts', contextParams(), { prompt: ['a', 'b'] }],
  ] as const) {
    it(`answers 400 to a context leg with ${name}`, async () =>
      expect((await post(completions(prefill), contextBody(params, more))).status).to.equal(400));
  }

  it('serves a plain request by itself, on servers of either role, and keeps nothing of it', async () => {
    for (const instance of [prefill, decode]) {
      const response = await post(completions(instance), JSON.stringify({ prompt: 'a b c', max_tokens: 4 }));
      expect(response.status).to.equal(200);
      expect(((await response.json()) as { usage: unknown }).usage).to.include({ prompt_tokens: 3, completion_tokens: 4 });
      expect(await kvUsage(instance)).to.equal(0);
    }
  });

  it('frees KV that nobody fetches when its time is over', async () => {
    await shortTime();
    await context();
    await nothingLeft();
  });

  it('frees everything when its client leaves, before the context is done and in the middle of generation', async () => {
    const leaving = new AbortController();
    const first = post(completions(prefill), contextBody(contextParams(), { prompt: 'a '.repeat(8000) }), leaving.signal).catch(() => null);
    await eventually('it runs', async () => (await kvUsage(prefill)) > 0);
    leaving.abort();
    await first;
    await nothingLeft();
    const again = new AbortController();
    const body = generationBody(asGeneration(rawParams(await context())), { stream: true, max_tokens: 5000 });
    await (await post(completions(decode), body, again.signal)).body!.getReader().read();
    again.abort();
    await nothingLeft();
  });

  it('drains /metrics, and says who it is', async () => {
    await context();
    const read = async (): Promise<unknown[]> => (await fetch(`${prefill.instance.endpoints.url}/metrics`)).json() as Promise<unknown[]>;
    expect((await read())[0]).to.include.keys('iter', 'numActiveRequests', 'kvCacheStats', 'inflightBatchingStats');
    expect(await read()).to.deep.equal([]);
    expect((await fetch(`${decode.instance.endpoints.url}/health`)).status).to.equal(200);
  });
});

describe('emulated TensorRT-LLM: generation first', () => {
  start('generation-first');

  const serverParams = async (): Promise<object> => {
    const info = (await (await fetch(`${prefill.instance.endpoints.url}/server_info`)).json()) as { disaggregated_params: object };
    return info.disaggregated_params;
  };
  const generationParams = async (id: string): Promise<string> =>
    asGeneration(JSON.stringify(await serverParams()), { ctx_request_id: id, disagg_request_id: id });

  it('joins both legs by the router’s id, generation first', async () => {
    const generation = post(completions(decode), generationBody(await generationParams(DISAGG_ID)));
    await eventually('generation waits', async () => (await kvUsage(decode)) > 0);
    const answers = await Promise.all([generation, post(completions(prefill), contextBody(contextParams()))]);
    expect(answers.map(({ status }) => status)).to.deep.equal([200, 200]);
    await nothingLeft();
  });

  it('fails generation when the context has another id', async () => {
    const [generation] = await Promise.all([
      post(completions(decode), generationBody(await generationParams('1152921504606846979'))),
      post(completions(prefill), contextBody(contextParams())),
    ]);
    expect(generation.status).to.equal(500);
    expect(await kvUsage(decode)).to.equal(0);
  });

  it('needs the endpoint that the context server told', async () => {
    const params = asGeneration('{}', { ctx_request_id: DISAGG_ID });
    const response = await post(completions(decode), generationBody(params));
    expect(response.status).to.equal(400);
    expect(await messageOf(response)).to.match(/ctx_info_endpoint/);
  });
});

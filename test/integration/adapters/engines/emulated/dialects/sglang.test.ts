import { expect } from 'chai';
import { eventually, loadOf, metricOf, payloadsOf, post, startNode, type Node } from '../../../../../fixtures/engines/emulated-node.ts';

const alone = { bootstrap_host: '2.2.2.2', bootstrap_port: null, bootstrap_room: 0 };
const aloneTwice = { bootstrap_host: ['2.2.2.2', '2.2.2.2'], bootstrap_port: [null, null], bootstrap_room: [0, 0] };

describe('emulated SGLang', () => {
  let prefill: Node;
  let decode: Node;
  beforeEach(async () => {
    [prefill, decode] = await Promise.all([startNode('prefill', 300), startNode('decode', 300)]);
  });
  afterEach(() => Promise.all([prefill.close(), decode.close()]));
  const at = (node: Node, path: string): string => `${node.instance.endpoints.url}${path}`;
  const meeting = (room: string): string => {
    const { bootstrapHost, bootstrapPort } = prefill.instance.endpoints;
    return `"bootstrap_host":"${bootstrapHost}","bootstrap_port":${bootstrapPort},"bootstrap_room":${room}`;
  };
  const both = (body: string): Promise<Response[]> => Promise.all([prefill, decode].map((node) => post(at(node, '/v1/completions'), body)));

  it('meets in rooms that no double holds', async () => {
    const answers = await both(`{"prompt":"a b","max_tokens":2,${meeting('9223372036854775807')}}`);
    expect(answers.map(({ status }) => status)).to.deep.equal([200, 200]);
    expect(((await answers[0]!.json()) as { usage: unknown }).usage).to.include({ completion_tokens: 1 });
  });

  it('tells rooms apart that are the same double', async () => {
    const [first, second] = await Promise.all([
      post(at(prefill, '/v1/completions'), `{"prompt":"a","max_tokens":2,${meeting('9223372036854775806')}}`),
      post(at(decode, '/v1/completions'), `{"prompt":"a","max_tokens":2,${meeting('9223372036854775807')}}`),
    ]);
    expect([first.status, second.status]).to.deep.equal([500, 500]);
  });

  it('takes a batch with a room for each prompt', async () => {
    const { bootstrapHost, bootstrapPort } = prefill.instance.endpoints;
    const keys = { bootstrap_host: [bootstrapHost, bootstrapHost], bootstrap_port: [bootstrapPort, bootstrapPort], bootstrap_room: [1, 2] };
    const [, answer] = await both(JSON.stringify({ prompt: ['a', 'b c'], max_tokens: 2, ...keys }));
    const { choices, usage } = (await answer!.json()) as { choices: unknown[]; usage: unknown };
    expect([choices.length, usage]).to.deep.equal([2, { prompt_tokens: 3, completion_tokens: 4, total_tokens: 7 }]);
    const single = await post(at(decode, '/v1/completions'), { prompt: ['a', 'b'], ...alone });
    expect(single.status).to.equal(400);
  });

  it('refuses a room that is taken', async () => {
    const body = `{"prompt":"a","max_tokens":2,${meeting('5')}}`;
    const first = post(at(prefill, '/v1/completions'), body);
    await eventually('it waits', async () => (await loadOf(prefill.instance)).num_waiting_reqs === 1);
    expect((await post(at(prefill, '/v1/completions'), body)).status).to.equal(400);
    expect((await post(at(decode, '/v1/completions'), body)).status).to.equal(200);
    expect((await first).status).to.equal(200);
  });

  it('streams /generate with the whole text so far', async () => {
    const body = { text: 'a b c', sampling_params: { max_new_tokens: 2 }, stream: true, rid: 'mine', ...alone };
    const payloads = payloadsOf(await (await post(at(decode, '/generate'), body)).text());
    expect(payloads.pop()).to.equal('[DONE]');
    const events = payloads.map((payload) => JSON.parse(payload) as { text: string; meta_info: Record<string, unknown> });
    expect(events.map(({ text }) => text)).to.deep.equal([' tok', ' tok tok', ' tok tok']);
    expect(events.at(-1)!.meta_info).to.deep.include({
      id: 'mine',
      prompt_tokens: 3,
      completion_tokens: 2,
      finish_reason: { type: 'length', length: 2 },
    });
  });

  it('answers /generate whole, a batch as an array', async () => {
    const one = await (await post(at(decode, '/generate'), { input_ids: [1, 2], sampling_params: { max_new_tokens: 1 }, ...alone })).json();
    expect(one).to.have.property('text', ' tok');
    const body = { text: ['a', 'b'], sampling_params: { max_new_tokens: 1 }, ...aloneTwice };
    expect(await (await post(at(decode, '/generate'), body)).json()).to.have.length(2);
    expect((await post(at(decode, '/generate'), { text: 'a', input_ids: [1], ...alone })).status).to.equal(400);
  });

  it('streams a chat', async () => {
    const body = { messages: [{ role: 'user', content: 'a' }], max_tokens: 1, stream: true, ...alone };
    expect(payloadsOf(await (await post(at(decode, '/v1/chat/completions'), body)).text())).to.have.length(4);
  });

  it('aborts by request id, and everything', async () => {
    const body = { prompt: 'a', max_tokens: 5000, stream: true, ...alone };
    const start = async (rid: string): Promise<Response> => post(at(decode, '/v1/completions'), { ...body, rid });
    const [first, second] = await Promise.all([start('one'), start('two')]);
    await post(at(decode, '/abort_request'), { rid: 'one', abort_all: false });
    expect(await first.text()).to.match(/"error".*\n\ndata: \[DONE\]\n\n$/);
    expect(await loadOf(decode.instance)).to.include({ num_running_reqs: 1 });
    await post(at(decode, '/abort_request'), { abort_all: true });
    await second.text();
    expect(await loadOf(decode.instance)).to.include({ num_running_reqs: 0, num_used_tokens: 0 });
  });

  it('leaves nothing behind whenever the decode client leaves', async () => {
    for (const [room, prompt] of [
      ['71', 'a'],
      ['72', 'a '.repeat(6000)],
    ] as const) {
      const leaving = new AbortController();
      const body = `{"prompt":"${prompt}","max_tokens":3000,"stream":true,${meeting(room)}}`;
      const first = post(at(prefill, '/v1/completions'), body).catch(() => null);
      const second = post(at(decode, '/v1/completions'), body, leaving.signal).catch(() => null);
      await eventually('it came', async () => (await loadOf(decode.instance)).num_used_tokens > 0);
      leaving.abort();
      await Promise.all([first, second]);
      await eventually('nothing is left', async () => {
        const loads = await Promise.all([loadOf(prefill.instance), loadOf(decode.instance)]);
        return loads.every(
          ({ num_used_tokens: used, num_running_reqs: running, num_waiting_reqs: waiting }) => used + running + waiting === 0,
        );
      });
    }
  });

  it('answers what a router asks of it', async () => {
    const get = async (path: string): Promise<unknown> => (await fetch(at(decode, path))).json();
    expect((await fetch(at(decode, '/health_generate'))).status).to.equal(200);
    expect((await fetch(at(prefill, '/health_generate'))).status).to.equal(200);
    expect(await get('/get_model_info')).to.deep.equal(await get('/model_info'));
    expect(await get('/get_load')).to.have.length(1);
    expect(await get('/v1/loads?include=core,disagg')).to.have.nested.property('loads[0].disaggregation.mode', 'decode');
    expect(await metricOf(decode.instance, 'sglang:num_running_reqs')).to.equal(0);
    expect(await metricOf(decode.instance, 'sglang:time_to_first_token_seconds_count')).to.equal(0);
  });
});

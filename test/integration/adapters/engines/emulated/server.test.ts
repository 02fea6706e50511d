import { expect } from 'chai';
import {
  eventually,
  loadOf,
  payloadsOf,
  post,
  requestsOn,
  RENDEZVOUS_MS,
  specOf,
  startNode,
  type Node,
} from '../../../../fixtures/engines/emulated-node.ts';
import { startEmulatedServers } from '../../../../../src/adapters/engines/emulated/server.ts';
import { realTime } from '../../../../../src/adapters/host/real-time.ts';
import { createEmulatedInstance } from '../../../../../src/emulation/instance.ts';

const alone = { bootstrap_host: '2.2.2.2', bootstrap_port: null, bootstrap_room: 0 };
let prefill: Node;
let decode: Node;
const completions = (node: Node): string => `${node.instance.endpoints.url}/v1/completions`;
const paired = (room: number) => ({
  bootstrap_host: prefill.instance.endpoints.bootstrapHost,
  bootstrap_port: prefill.instance.endpoints.bootstrapPort,
  bootstrap_room: room,
});
const messageOf = async (response: Response): Promise<string> => ((await response.json()) as { message: string }).message;

describe('emulated engine server', () => {
  before(async () => {
    [prefill, decode] = await Promise.all([startNode('prefill'), startNode('decode')]);
  });
  after(() => Promise.all([prefill.close(), decode.close()]));

  it('says who it is', async () => {
    const get = async (node: Node, path: string): Promise<unknown> => (await fetch(node.instance.endpoints.url + path)).json();
    expect((await fetch(`${prefill.instance.endpoints.url}/health`)).status).to.equal(200);
    expect(await get(prefill, '/server_info')).to.include({
      disaggregation_mode: 'prefill',
      disaggregation_bootstrap_port: prefill.instance.endpoints.bootstrapPort,
    });
    expect(await get(decode, '/server_info')).to.include({ disaggregation_mode: 'decode', disaggregation_bootstrap_port: null });
    expect(((await get(decode, '/v1/models')) as { data: { id: string }[] }).data[0]!.id).to.equal('llama-3.1-8b');
    expect(await loadOf(decode.instance)).to.include({ num_running_reqs: 0, num_waiting_reqs: 0 });
    expect((await fetch(`${decode.instance.endpoints.url}/nothing`)).status).to.equal(404);
  });

  it('streams one event per token, then the finish, usage and the end', async () => {
    const body = { prompt: 'a b c', max_tokens: 5, stream: true, stream_options: { include_usage: true }, ...alone };
    const response = await post(completions(decode), body);
    expect(response.headers.get('content-type')).to.equal('text/event-stream');
    const payloads = payloadsOf(await response.text());
    expect(payloads.pop()).to.equal('[DONE]');
    const events = payloads.map((payload) => JSON.parse(payload));
    expect(events.pop().usage).to.deep.equal({ prompt_tokens: 3, completion_tokens: 5, total_tokens: 8 });
    expect(events.pop().choices[0]).to.include({ text: '', finish_reason: 'length' });
    expect(events.map((event) => event.choices[0].text !== '')).to.deep.equal(Array(5).fill(true));
  });

  it('answers whole without stream', async () => {
    const answer = (await (await post(completions(decode), { prompt: [1, 2], max_tokens: 3, ...alone })).json()) as { usage: unknown };
    expect(answer.usage).to.deep.equal({ prompt_tokens: 2, completion_tokens: 3, total_tokens: 5 });
  });

  it('hands KV over: both legs of a room complete', async () => {
    const body = { prompt: 'a b c d', max_tokens: 3, stream: true, ...paired(11) };
    const [first, second] = await Promise.all([post(completions(prefill), body), post(completions(decode), body)]);
    expect(payloadsOf(await first.text()).at(-1)).to.equal('[DONE]');
    expect(payloadsOf(await second.text())).to.have.length(3 + 2);
  });

  for (const [name, body] of [
    ['bad JSON', '{'],
    ['no object', '3'],
    ['a body beyond 8 MiB', 'x'.repeat(8 * 1024 * 1024 + 1)],
    ['no bootstrap fields', { prompt: 'a' }],
  ] as const) {
    it(`answers 400 to ${name}`, async () => {
      const response = await post(completions(decode), body);
      expect(response.status).to.equal(400);
      expect(await messageOf(response)).to.not.equal('');
    });
  }

  it('refuses what will never fit as the mistake of whoever asks', async () => {
    const response = await post(completions(decode), { prompt: 'a', max_tokens: 10_000_000, stream: true, ...alone });
    expect(response.status).to.equal(400);
    expect(await messageOf(response)).to.match(/exceed/);
  });

  it('fails both legs when they wait in different rooms', async () => {
    const startedMs = performance.now();
    const [first, second] = await Promise.all([
      post(completions(prefill), { prompt: 'a', stream: true, ...paired(21) }),
      post(completions(decode), { prompt: 'a', stream: true, ...paired(22) }),
    ]);
    expect([first.status, second.status]).to.deep.equal([500, 500]);
    expect(performance.now() - startedMs).to.be.within(RENDEZVOUS_MS / 2, 5000);
    expect((await requestsOn(prefill.instance)) + (await requestsOn(decode.instance))).to.equal(0);
  });

  it('fails a decode leg whose prefill cannot be reached, at once', async () => {
    const response = await post(completions(decode), { prompt: 'a', bootstrap_host: '127.0.0.1', bootstrap_port: 1, bootstrap_room: 5 });
    expect(response.status).to.equal(500);
    expect(await messageOf(response)).to.match(/cannot be reached/);
  });

  it('forgets a client that left, and fails the other leg', async () => {
    const leaving = new AbortController();
    const long = { prompt: 'a '.repeat(3000), max_tokens: 2000, stream: true, ...paired(31) };
    const first = post(completions(prefill), long);
    const second = post(completions(decode), long, leaving.signal).catch(() => null);
    await eventually(
      'both legs are in',
      async () => (await requestsOn(prefill.instance)) === 1 && (await requestsOn(decode.instance)) === 1,
    );
    leaving.abort();
    await second;
    await eventually('the decode leg is gone', async () => (await requestsOn(decode.instance)) === 0);
    expect((await first).status).to.equal(500);
    expect(await requestsOn(prefill.instance)).to.equal(0);
  });

  it('tells a decode leg that its prefill client left', async () => {
    const leaving = new AbortController();
    const long = { prompt: 'a '.repeat(3000), max_tokens: 5, stream: true, ...paired(32) };
    const first = post(completions(prefill), long, leaving.signal).catch(() => null);
    const second = post(completions(decode), long);
    await eventually(
      'both legs are in',
      async () => (await requestsOn(prefill.instance)) === 1 && (await requestsOn(decode.instance)) === 1,
    );
    leaving.abort();
    await first;
    const response = await second;
    expect(response.status).to.equal(500);
    expect(await messageOf(response)).to.match(/cancelled/);
  });

  it('takes one decode peer per room', async () => {
    const { bootstrapHost, bootstrapPort } = prefill.instance.endpoints;
    const room = `http://${bootstrapHost}:${bootstrapPort}/rooms/41`;
    const first = post(room, {});
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect((await post(room, {})).status).to.equal(409);
    expect((await first).status).to.equal(504);
    expect((await post(`http://${bootstrapHost}:${bootstrapPort}/rooms/x`, '')).status).to.equal(404);
  });
});

describe('emulated engine server: ports', () => {
  it('names a taken port and leaves nothing open', async () => {
    const taken = await startNode('decode');
    const spec = specOf('prefill');
    const time = realTime();
    const port = Number(new URL(taken.instance.endpoints.url).port);
    const machine = createEmulatedInstance(spec, time.nowMs());
    const error = await startEmulatedServers({ spec, machine, time, host: '127.0.0.1', port, bootstrapPort: 0, controlPort: 0 }).catch(
      (reason: unknown) => reason,
    );
    expect(error).to.include({ code: 'PORT_TAKEN', exitCode: 3 });
    await taken.close();
  });
});

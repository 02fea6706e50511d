import { expect } from 'chai';
import { DONE, json, sse, token } from '../../../fixtures/engines/scripted-engine.ts';
import { eventually, payloadsOf, post } from '../../../fixtures/engines/asking.ts';
import {
  chatChunk,
  plainDialect,
  prefilled,
  setUp,
  silent,
  usageChunk,
  type Script,
  type Setup,
} from '../../../fixtures/gateway/harness.ts';

const complete: Script = (response) => sse(response, token(' a') + token(' b') + DONE);

describe('gateway: plans of legs', () => {
  let setup: Setup;
  const ask = (body: object, path = '/v1/completions', signal?: AbortSignal): Promise<Response> =>
    post(setup.gateway.url + path, body, signal);
  const endings = (): string[] => setup.dispatcher.seen.flatMap(({ ended }) => ended.map(({ how }) => how));

  afterEach(() => setup.close());

  it('single: one engine is asked, once', async () => {
    setup = await setUp('single', [[silent, complete]]);
    expect(payloadsOf(await (await ask({ prompt: 'a', stream: true })).text()).at(-1)).to.equal('[DONE]');
    expect([setup.prefills[0]!.bodies.length, setup.decodes[0]!.bodies.length]).to.deep.equal([0, 1]);
    expect(setup.dispatcher.seen[0]).to.deep.include({ tokens: 2, prefillDone: 0 });
    expect(setup.dispatcher.legs).to.deep.equal([{ instanceId: 'd0', outcome: 'ok' }]);
  });

  for (const order of ['together', 'decode-first'] as const) {
    it(`${order}: both engines get the same, under one fresh id per attempt`, async () => {
      setup = await setUp(order, [[prefilled, complete]]);
      await (await ask({ prompt: 'a', stream: true })).text();
      await (await ask({ prompt: 'a', stream: true })).text();
      const { prefills, decodes } = setup;
      expect(prefills[0]!.bodies).to.deep.equal(decodes[0]!.bodies);
      const ids = [...prefills[0]!.requests, ...decodes[0]!.requests].map(({ headers }) => headers['x-attempt']);
      expect(new Set(ids).size).to.equal(2);
    });
  }

  it('prefill first: the decode leg is made from the answer and starts after it', async () => {
    let decodeSeenBefore = -1;
    const slow: Script = (response) =>
      void setTimeout(() => {
        decodeSeenBefore = setup.decodes[0]!.requests.length;
        json(response, 200, { handle: 'h7' });
      }, 50);
    setup = await setUp('prefill-first', [[slow, complete]]);
    await (await ask({ prompt: 'a', stream: true })).text();
    expect(decodeSeenBefore).to.equal(0);
    expect(setup.decodes[0]!.requests[0]!.headers['x-handle']).to.equal('h7');
    expect(setup.dispatcher.seen[0]).to.deep.include({ prefillDone: 1, tokens: 2 });
  });

  const early = {
    id: 'x',
    object: 'chat.completion',
    choices: [{ index: 0, message: { role: 'assistant', content: 'hi' }, finish_reason: 'stop' }],
    usage: { prompt_tokens: 3, completion_tokens: 1, total_tokens: 4 },
  };

  it('prefill first: an early answer is the client’s, as JSON', async () => {
    setup = await setUp('prefill-first', [[(response) => json(response, 200, { early }), complete]]);
    const response = await ask({ messages: [] }, '/v1/chat/completions');
    expect(await response.json()).to.deep.equal(early);
    expect(setup.decodes[0]!.requests).to.have.length(0);
    expect(setup.dispatcher.seen[0]!.ended[0]!.how).to.equal('completed');
  });

  for (const asksUsage of [true, false]) {
    it(`prefill first: an early answer as a stream, ${asksUsage ? 'with' : 'without'} usage`, async () => {
      setup = await setUp('prefill-first', [[(response) => json(response, 200, { early }), complete]]);
      const response = await ask({ messages: [], stream: true, stream_options: { include_usage: asksUsage } }, '/v1/chat/completions');
      expect(response.headers.get('content-type')).to.match(/^text\/event-stream/);
      const payloads = payloadsOf(await response.text());
      expect(payloads.at(-1)).to.equal('[DONE]');
      const chunk = JSON.parse(payloads[0]!);
      expect(chunk.object).to.equal('chat.completion.chunk');
      expect(chunk.choices[0]).to.deep.equal({ index: 0, delta: { role: 'assistant', content: 'hi' }, finish_reason: 'stop' });
      expect(payloads.slice(1, -1).map((payload) => JSON.parse(payload).usage)).to.deep.equal(asksUsage ? [early.usage] : []);
    });
  }

  for (const [name, script] of [
    ['no JSON', (response) => void response.writeHead(200).end('<html>')],
    ['more than the limit', (response) => json(response, 200, { handle: 'x'.repeat(5000) })],
    ['half an answer', (response) => void (response.writeHead(200, { 'content-length': 100 }).write('{'), response.destroy())],
  ] as [string, Script][]) {
    it(`prefill first: an answer that is ${name} fails the prefill engine, and no decode leg starts`, async () => {
      setup = await setUp('prefill-first', [[script, complete]], { limits: { retries: 0, maxAnswerBytes: 4096 } });
      const response = await ask({ prompt: 'a', stream: true });
      expect(response.status).to.equal(502);
      expect(setup.dispatcher.legs).to.deep.equal([{ instanceId: 'p0', outcome: 'failed' }]);
      expect(setup.decodes[0]!.requests).to.have.length(0);
    });
  }

  it('prefill first: a client that leaves before the decode leg closes the prefill leg, and no decode leg starts', async () => {
    setup = await setUp('prefill-first', [[silent, complete]]);
    const leaving = new AbortController();
    const asked = ask({ prompt: 'a', stream: true }, '/v1/completions', leaving.signal).catch(() => null);
    await eventually('the prefill leg is in', () => setup.prefills[0]!.requests.length === 1);
    leaving.abort();
    await asked;
    await eventually('the prefill leg is closed', () => setup.prefills[0]!.abandoned() === 1, 2000);
    await eventually('it ended', () => endings().length === 1);
    expect(endings()).to.deep.equal(['cancelled']);
    expect(setup.decodes[0]!.requests).to.have.length(0);
  });

  it('a prefill answer that comes after the whole stream is read to its end', async () => {
    let ended = false;
    const late: Script = (response) => {
      response.once('finish', () => (ended = true));
      setTimeout(() => json(response, 200, { choices: ['x'.repeat(300_000)] }), 60);
    };
    setup = await setUp('together', [[late, complete]]);
    await (await ask({ prompt: 'a', stream: true })).text();
    await eventually('the late answer was read', () => ended);
    await eventually('and counts', () => setup.dispatcher.legs.length === 2);
    expect(setup.dispatcher.legs).to.deep.include({ instanceId: 'p0', outcome: 'ok' });
    expect(setup.prefills[0]!.abandoned()).to.equal(0);
  });

  it('passes allowed headers on and no others', async () => {
    setup = await setUp('single', [[silent, complete]]);
    const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
    const headers = {
      'content-type': 'application/json',
      traceparent,
      'x-request-id': 'mine-1',
      cookie: 'secret=1',
      'x-forwarded-for': '10.0.0.1',
      authorization: 'Bearer k',
    };
    const response = await fetch(`${setup.gateway.url}/v1/completions`, { method: 'POST', headers, body: '{"prompt":"a","stream":true}' });
    await response.text();
    const got = setup.decodes[0]!.requests[0]!.headers;
    expect(got).to.include({ traceparent, 'x-request-id': 'mine-1', authorization: 'Bearer k' });
    expect(got).to.not.have.any.keys('cookie', 'x-forwarded-for');
    expect(response.headers.get('x-request-id')).to.equal('mine-1');
    const odd = await fetch(`${setup.gateway.url}/v1/completions`, {
      method: 'POST',
      headers: { ...headers, 'x-request-id': 'a b\t;c', traceparent: 'x' },
      body: '{"prompt":"a","stream":true}',
    });
    await odd.text();
    expect(setup.decodes[0]!.requests[1]!.headers).to.not.have.any.keys('x-request-id', 'traceparent');
  });

  it('x-prefiller-host-port means nothing unless enabled', async () => {
    setup = await setUp('together', [
      [prefilled, complete],
      [prefilled, complete],
    ]);
    const { url } = setup.prefills[1]!.instance.endpoints;
    const send = (base: string, hostPort: string): Promise<Response> =>
      fetch(`${base}/v1/completions`, {
        method: 'POST',
        headers: { 'x-prefiller-host-port': hostPort },
        body: '{"prompt":"a","stream":true}',
      });
    await (await send(setup.gateway.url, new URL(url).host)).text();
    expect(setup.prefills.map(({ requests }) => requests.length)).to.deep.equal([1, 0]);
    const { startGateway } = await import('../../../../src/adapters/gateway/server.ts');
    const { realTime } = await import('../../../../src/adapters/host/real-time.ts');
    const trusting = await startGateway({
      host: '127.0.0.1',
      port: 0,
      dialect: plainDialect('together'),
      dispatcher: setup.dispatcher,
      time: realTime(),
      prefillerAt: (hostPort) => setup.prefills.find(({ instance }) => new URL(instance.endpoints.url).host === hostPort)?.instance ?? null,
    });
    await (await send(trusting.url, new URL(url).host)).text();
    expect(setup.prefills.map(({ requests }) => requests.length)).to.deep.equal([1, 1]);
    expect((await send(trusting.url, '10.0.0.1:80')).status).to.equal(400);
    await trusting.close();
  });

  it('drops the usage that it added, and keeps the rest byte for byte', async () => {
    const rest = chatChunk({ role: 'assistant', content: '' }) + chatChunk({ content: 'Grüße' }) + chatChunk({}, 'stop');
    setup = await setUp('single', [[silent, (response) => sse(response, rest + usageChunk(9, 4, 2) + DONE)]]);
    const text = await (await ask({ messages: [], stream: true }, '/v1/chat/completions')).text();
    expect(text).to.equal(rest + DONE);
    expect(JSON.parse(setup.decodes[0]!.bodies[0]!).stream_options).to.deep.equal({ include_usage: true });
    // One chunk with text, four tokens by the engine's count.
    expect(setup.dispatcher.seen[0]).to.deep.include({ tokens: 4, ended: [{ how: 'completed', promptTokens: 9 }] });
    const asked = await ask({ messages: [], stream: true, stream_options: { include_usage: true, x: 1 } }, '/v1/chat/completions');
    expect(await asked.text()).to.equal(rest + usageChunk(9, 4, 2) + DONE);
    expect(JSON.parse(setup.decodes[0]!.bodies[1]!).stream_options).to.deep.equal({ include_usage: true, x: 1 });
  });

  it('leaves numbers that no double holds as they are', async () => {
    setup = await setUp('single', [[silent, complete]]);
    await (await post(`${setup.gateway.url}/v1/completions`, '{"prompt":"a","seed":9223372036854775807,"x":1.0}')).text();
    expect(setup.decodes[0]!.bodies[0]).to.contain('"seed":9223372036854775807').and.to.contain('"x":1.0');
  });
});

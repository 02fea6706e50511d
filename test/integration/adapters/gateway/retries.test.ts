import type { ServerResponse } from 'node:http';
import { expect } from 'chai';
import { startGateway } from '../../../../src/adapters/gateway/server.ts';
import { realTime } from '../../../../src/adapters/host/real-time.ts';
import { VoltanaError } from '../../../../src/domain/errors.ts';
import type { LaunchedInstance } from '../../../../src/domain/instance.ts';
import { DONE, json, sse, token } from '../../../fixtures/engines/scripted-engine.ts';
import { eventually, payloadsOf, post } from '../../../fixtures/engines/asking.ts';
import { chatChunk, plainDialect, prefilled, setUp, silent, type Script, type Setup } from '../../../fixtures/gateway/harness.ts';
import { recordingDispatcher } from '../../../fixtures/engines/recording-dispatcher.ts';

const complete: Script = (response) => sse(response, token(' a') + DONE);
const breaks: Script = (response) => response.destroy();
const answers =
  (status: number): Script =>
  (response) =>
    json(response, status, { error: { message: `no ${status}`, type: 't', param: null, code: null } });

describe('gateway: further attempts and silence', () => {
  let setup: Setup;
  const ask = (body: object = { prompt: 'a', stream: true }): Promise<Response> => post(`${setup.gateway.url}/v1/completions`, body);
  const rerouted = (): (readonly string[])[] => setup.dispatcher.seen[0]!.rerouted;
  const errorOf = async (response: Response): Promise<{ message: string; type: string; code: string }> =>
    ((await response.json()) as { error: { message: string; type: string; code: string } }).error;

  afterEach(() => setup.close());

  const failures: [string, readonly [Script, Script], string][] = [
    ['decode breaks off', [silent, breaks], 'd0'],
    ['prefill breaks off', [breaks, silent], 'p0'],
    ['decode answers 500', [silent, answers(500)], 'd0'],
    ['decode answers 503', [silent, answers(503)], 'd0'],
    ['prefill answers 502', [answers(502), silent], 'p0'],
    ['decode is full: 429', [silent, answers(429)], 'd0'],
    ['decode times out: 408', [silent, answers(408)], 'd0'],
    [
      'decode opens its answer and then breaks off',
      [
        prefilled,
        (response) => void (sse(response, chatChunk({ role: 'assistant', content: '' }), false), setTimeout(() => response.destroy(), 20)),
      ],
      'd0',
    ],
    ['decode streams an error', [silent, (response) => sse(response, 'data: {"error":{"message":"lost","code":500}}\n\n')], 'd0'],
    ['decode ends at once', [silent, (response) => sse(response, '')], 'd0'],
  ];
  for (const [name, pair, culprit] of failures) {
    it(`another pair answers when ${name}`, async () => {
      setup = await setUp('together', [pair, [prefilled, complete]]);
      const chat = name.includes('opens');
      const url = `${setup.gateway.url}${chat ? '/v1/chat/completions' : '/v1/completions'}`;
      const response = await post(url, chat ? { messages: [], stream: true } : { prompt: 'a', stream: true });
      expect(response.status).to.equal(200);
      expect(await response.text()).to.equal(token(' a') + DONE);
      expect(rerouted()).to.deep.equal([[culprit]]);
      expect(setup.dispatcher.seen[0]!.ended.map(({ how }) => how)).to.deep.equal(['completed']);
      const marked = setup.dispatcher.legs.filter(({ outcome }) => outcome === 'failed').map(({ instanceId }) => instanceId);
      expect(marked).to.deep.equal(name.includes('4') ? [] : [culprit]);
      const first = [...setup.prefills[0]!.requests, ...setup.decodes[0]!.requests].map(({ headers }) => headers['x-attempt']);
      const second = [...setup.prefills[1]!.requests, ...setup.decodes[1]!.requests].map(({ headers }) => headers['x-attempt']);
      expect(
        first.some((id) => second.includes(id)),
        'ids are fresh',
      ).to.equal(false);
    });
  }

  it('a prefill engine that breaks off after the first token counts as failed, and the stream goes on', async () => {
    let prefilling: ServerResponse | null = null;
    const decodes: Script = (response) => {
      sse(response, token(' a'), false);
      setTimeout(() => prefilling!.destroy(), 30);
      setTimeout(() => response.end(token(' b') + DONE), 80);
    };
    setup = await setUp('together', [[(response) => void (prefilling = response), decodes]]);
    const response = await ask();
    expect(await response.text()).to.equal(token(' a') + token(' b') + DONE);
    expect(rerouted()).to.deep.equal([]);
    expect(setup.dispatcher.seen[0]!.ended.map(({ how }) => how)).to.deep.equal(['completed']);
    const outcomes = setup.dispatcher.legs.map(({ instanceId, outcome }) => `${instanceId} ${outcome}`);
    expect(outcomes).to.have.members(['p0 failed', 'd0 ok']);
  });

  it('a request that every engine answers with an error is one piece of evidence, not one against each of them', async () => {
    setup = await setUp('together', [
      [silent, answers(500)],
      [silent, answers(500)],
      [silent, answers(500)],
    ]);
    const response = await ask({ prompt: 'a', stream: true });
    expect(response.status).to.equal(502);
    const marked = setup.dispatcher.legs.filter(({ outcome }) => outcome === 'failed').map(({ instanceId }) => instanceId);
    expect(marked).to.deep.equal(['d0']);
  });

  it('gives up after the attempts allowed, and says why', async () => {
    setup = await setUp('together', [[silent, answers(500)]], { limits: { retries: 2 } });
    const response = await ask();
    expect([response.status, setup.decodes[0]!.requests.length]).to.deep.equal([502, 3]);
    expect(await errorOf(response)).to.deep.include({ type: 'server_error', code: 'engine_failed' });
    expect(setup.dispatcher.seen[0]!.ended.map(({ how }) => how)).to.deep.equal(['failed']);
    await eventually('the other legs are closed', () => setup.prefills[0]!.abandoned() === setup.prefills[0]!.requests.length);
  });

  it('does not try again what is the client’s mistake', async () => {
    setup = await setUp('together', [[silent, answers(422)]]);
    const response = await ask();
    expect(response.status).to.equal(422);
    expect(await response.json()).to.deep.equal({ error: { message: 'no 422', type: 't', param: null, code: null } });
    expect(setup.decodes[0]!.requests.length).to.equal(1);
  });

  it('tries again for a client that does not stream, though tokens had come: it has seen nothing', async () => {
    const half: Script = (response) => void (sse(response, token(' lost'), false), setTimeout(() => response.destroy(), 20));
    setup = await setUp('together', [
      [prefilled, half],
      [prefilled, complete],
    ]);
    const answer = (await (await ask({ prompt: 'a' })).json()) as { choices: { text: string }[] };
    expect(answer.choices[0]!.text).to.equal(' a');
  });

  it('never tries again once a token has been passed on', async () => {
    const half: Script = (response) => void (sse(response, token(' seen'), false), setTimeout(() => response.destroy(), 20));
    setup = await setUp('together', [
      [prefilled, half],
      [prefilled, complete],
    ]);
    const payloads = payloadsOf(await (await ask()).text());
    expect(payloads).to.have.length(2);
    expect(JSON.parse(payloads[1]!).error).to.include({ type: 'server_error', code: 'engine_failed', param: null });
    expect(setup.decodes[1]!.requests).to.have.length(0);
  });

  it('504 without a token in time: the engine that was waited for has stalled', async () => {
    setup = await setUp('together', [[silent, silent]], { limits: { firstTokenTimeoutMs: 150 } });
    const response = await ask();
    expect([response.status, (await errorOf(response)).code]).to.deep.equal([504, 'timeout']);
    expect(setup.dispatcher.legs).to.deep.equal([{ instanceId: 'p0', outcome: 'stalled' }]);
    await eventually('both legs are closed', () => setup.prefills[0]!.abandoned() + setup.decodes[0]!.abandoned() === 2);
  });

  it('an error event when an engine goes silent in the middle', async () => {
    setup = await setUp('together', [[prefilled, (response) => sse(response, token(), false)]], { limits: { stallTimeoutMs: 150 } });
    const payloads = payloadsOf(await (await ask()).text());
    expect(JSON.parse(payloads.at(-1)!).error.code).to.equal('timeout');
    expect(setup.dispatcher.legs).to.deep.include({ instanceId: 'd0', outcome: 'stalled' });
    await eventually('the leg is closed', () => setup.decodes[0]!.abandoned() === 1);
  });

  it('an error event when the whole answer takes too long, though tokens come; nobody is blamed', async () => {
    const endless: Script = (response) => {
      const timer = setInterval(() => response.destroyed || sse(response, token(), false), 20);
      response.once('close', () => clearInterval(timer));
    };
    setup = await setUp('together', [[prefilled, endless]], { limits: { requestTimeoutMs: 300 } });
    const payloads = payloadsOf(await (await ask()).text());
    expect(JSON.parse(payloads.at(-1)!).error.code).to.equal('timeout');
    expect(setup.dispatcher.legs.filter(({ outcome }) => outcome !== 'ok')).to.deep.equal([]);
    await eventually('the leg is closed', () => setup.decodes[0]!.abandoned() === 1);
  });

  it('504 when no instance takes it in time', async () => {
    setup = await setUp('together', [[silent, silent]], { limits: { firstTokenTimeoutMs: 100 } });
    setup.dispatcher.holding = true;
    expect((await ask()).status).to.equal(504);
    expect(setup.dispatcher.seen[0]!.ended.map(({ how }) => how)).to.deep.equal(['failed']);
  });

  it('503 with Retry-After while no instance may be used', async () => {
    setup = await setUp('together', [[silent, silent]]);
    setup.dispatcher.route = () => Promise.reject(new VoltanaError('NO_INSTANCE', 'no decode instance answers'));
    const response = await ask();
    expect([response.status, response.headers.get('retry-after')]).to.deep.equal([503, '1']);
    expect(await errorOf(response)).to.deep.include({ message: 'no decode instance answers', code: 'no_instance' });
  });

  it('503 when none is left for a further attempt', async () => {
    setup = await setUp('together', [[silent, breaks]]);
    setup.dispatcher.reroute = () => Promise.reject(new VoltanaError('NO_INSTANCE', 'none left'));
    expect((await ask()).status).to.equal(503);
  });

  it('400 for what the dialect cannot do', async () => {
    const dialect = { ...plainDialect('together'), plan: () => { throw new VoltanaError('BAD_VALUE', 'one choice only', { hint: 'Leave n out.' }); } }; // prettier-ignore
    setup = await setUp('together', [[silent, silent]], { dialect });
    const response = await ask({ prompt: 'a', n: 2 });
    expect(response.status).to.equal(400);
    expect((await errorOf(response)).message).to.equal('one choice only. Leave n out.');
    expect(setup.dispatcher.seen[0]!.ended.map(({ how }) => how)).to.deep.equal(['cancelled']);
  });

  it('a dialect that breaks on an answer costs the request, and no hanging', async () => {
    const dialect = plainDialect('prefill-first');
    const broken = { ...dialect, plan: (...args: Parameters<typeof dialect.plan>) => ({ ...dialect.plan(...args), next: () => { throw new TypeError('x'); } }) }; // prettier-ignore
    setup = await setUp('together', [[prefilled, complete]], { dialect: broken, limits: { retries: 0 } });
    expect((await ask()).status).to.equal(502);
  });

  it('502 for a host whose name does not resolve, and for one that is not there', async () => {
    setup = await setUp('single', [[silent, complete]]);
    for (const url of ['http://no-such-host.invalid:80', 'http://127.0.0.1:1']) {
      const nowhere: LaunchedInstance = { ...setup.decodes[0]!.instance, endpoints: { url } };
      const dispatcher = recordingDispatcher(nowhere, nowhere);
      const dialect = plainDialect('single');
      const gateway = await startGateway({ host: '127.0.0.1', port: 0, dialect, dispatcher, time: realTime(), limits: { retries: 1 } });
      const response = await post(`${gateway.url}/v1/completions`, { prompt: 'a' });
      expect(response.status).to.equal(502);
      expect((await errorOf(response)).message).to.match(/engine d0 cannot be reached/);
      expect(dispatcher.legs.map(({ outcome }) => outcome)).to.deep.equal(['failed', 'failed']);
      await gateway.close();
    }
  });
});

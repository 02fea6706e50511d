import { expect } from 'chai';
import type { ServerResponse } from 'node:http';
import { createSglangDialect } from '../../../../src/adapters/engines/sglang/dialect.ts';
import { startGateway, type Gateway } from '../../../../src/adapters/gateway/server.ts';
import { realTime } from '../../../../src/adapters/host/real-time.ts';
import { createRandom } from '../../../../src/statistics/random.ts';
import { eventually, payloadsOf, post } from '../../../fixtures/engines/asking.ts';
import { recordingDispatcher } from '../../../fixtures/engines/recording-dispatcher.ts';
import { DONE, json, scriptedEngine, sse, token, type ScriptedEngine } from '../../../fixtures/engines/scripted-engine.ts';

type Script = (response: ServerResponse) => void;
const silent: Script = () => undefined;
const prefilled: Script = (response) => json(response, 200, { choices: [] });
const complete: Script = (response) => sse(response, token() + token() + DONE);

describe('gateway between scripted engines', () => {
  let prefill: ScriptedEngine;
  let decode: ScriptedEngine;
  let gateway: Gateway;
  let dispatcher: ReturnType<typeof recordingDispatcher>;

  const start = async (prefillScript: Script, decodeScript: Script): Promise<void> => {
    [prefill, decode] = await Promise.all([scriptedEngine('prefill', prefillScript), scriptedEngine('decode', decodeScript)]);
    dispatcher = recordingDispatcher(prefill.instance, decode.instance);
    const dialect = createSglangDialect(createRandom(2));
    const limits = { retries: 0 };
    gateway = await startGateway({
      host: '127.0.0.1',
      port: 0,
      dialect,
      dispatcher,
      time: realTime(),
      models: ['m'],
      bytesPerToken: 10,
      limits,
    });
  };
  const ask = (body: unknown = { prompt: 'a', stream: true }, path = '/v1/completions'): Promise<Response> =>
    post(gateway.url + path, body);
  const endings = (): string[] => dispatcher.seen.flatMap(({ ended }) => ended.map(({ how }) => how));
  const errorOf = async (response: Response): Promise<string> => ((await response.json()) as { error: { message: string } }).error.message;

  afterEach(async () => {
    await gateway.close();
    await Promise.all([prefill.close(), decode.close()]);
  });

  it('relays the decode stream byte for byte, odd framing included', async () => {
    const odd = `: hello\r\n\r\n${token(' 漢字')}${token('[DONE]')}event: x\ndata:${JSON.stringify({ choices: [] })}\n\n${DONE}`;
    await start(prefilled, (response) => {
      const bytes = Buffer.from(odd);
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(bytes.subarray(0, 61));
      setTimeout(() => response.end(bytes.subarray(61)), 20);
    });
    expect(await (await ask()).text()).to.equal(odd);
    expect(dispatcher.seen[0]).to.deep.include({ tokens: 2, ended: [{ how: 'completed', promptTokens: undefined }] });
  });

  it('speaks chat on the same path of both engines, with the client’s authorization', async () => {
    await start(prefilled, (response) => sse(response, `data: {"choices":[{"delta":{"content":"hi"}}]}\n\n${DONE}`));
    const headers = { 'content-type': 'application/json', authorization: 'Bearer key' };
    await (await fetch(`${gateway.url}/v1/chat/completions`, { method: 'POST', headers, body: '{"messages":[]}' })).text();
    for (const engine of [prefill, decode]) {
      expect(engine.requests[0]!.url).to.equal('/v1/chat/completions');
      expect(engine.requests[0]!.headers.authorization).to.equal('Bearer key');
    }
    expect(prefill.bodies[0]).to.equal(decode.bodies[0]);
    expect(dispatcher.seen[0]!.tokens).to.equal(1);
  });

  const early: [string, Script, Script, RegExp][] = [
    [
      'prefill refuses',
      (response) => json(response, 500, { error: { message: 'no memory' } }),
      silent,
      /prefill engine p0 answered 500: no memory/,
    ],
    ['prefill streams an error', (response) => sse(response, 'data: {"error":{"message":"lost"}}\n\n'), silent, /prefill engine p0: lost/],
    ['prefill breaks off', (response) => response.destroy(), silent, /prefill engine p0/],
    [
      'decode refuses',
      silent,
      (response) => json(response, 500, { error: { message: 'no room' } }),
      /decode engine d0 answered 500: no room/,
    ],
    ['decode refuses in plain text', silent, (response) => void response.writeHead(503).end('busy'), /decode engine d0 answered 503: busy/],
    [
      'decode begins with an error',
      silent,
      (response) => sse(response, 'data: {"error":{"message":"lost"}}\n\n'),
      /decode engine d0: lost/,
    ],
    ['decode ends with nothing', prefilled, (response) => sse(response, ''), /ended its stream early/],
    ['decode breaks off', silent, (response) => response.destroy(), /decode engine d0/],
  ];
  for (const [name, prefillScript, decodeScript, message] of early) {
    it(`502 before the first byte: ${name}`, async () => {
      await start(prefillScript, decodeScript);
      const response = await ask();
      expect(response.status).to.equal(502);
      expect(await errorOf(response)).to.match(message);
      expect(endings()).to.deep.equal(['failed']);
      const survivor = prefillScript === silent ? prefill : decode;
      if (decodeScript === silent || prefillScript === silent)
        await eventually('the other leg is closed', () => survivor.abandoned() === 1, 2000);
    });
  }

  const refused = (response: Parameters<Script>[0]): void => void json(response, 400, { error: { message: 'too long' } });
  for (const [who, prefillScript, decodeScript] of [
    ['prefill', refused, silent],
    ['decode', silent, refused],
  ] as const) {
    it(`passes on what the client did wrong as such: ${who} answers 400`, async () => {
      await start(prefillScript, decodeScript);
      const response = await ask();
      expect(response.status).to.equal(400);
      expect(await response.text()).to.equal('{"error":{"message":"too long"}}');
      expect(endings(), 'no engine has failed').to.deep.equal(['cancelled']);
    });
  }

  const late: [string, Script, Script, RegExp][] = [
    ['decode ends without [DONE]', prefilled, (response) => sse(response, token()), /ended its stream early/],
    [
      'decode breaks off inside an event',
      prefilled,
      (response) => void (sse(response, `${token()}data: {"cho`, false), setTimeout(() => response.destroy(), 20)),
      /broke off/,
    ],
    [
      'decode sends an error event',
      prefilled,
      (response) => void (sse(response, token(), false), setTimeout(() => response.write('data: {"error":{"message":"lost"}}\n\n'), 20)),
      /lost/,
    ],
    [
      'prefill breaks off, which decode survives, and then decode',
      (response) => void setTimeout(() => response.destroy(), 50),
      (response) => void (sse(response, token(), false), setTimeout(() => response.destroy(), 150)),
      /decode engine d0 .*broke off/,
    ],
  ];
  for (const [name, prefillScript, decodeScript, message] of late) {
    it(`an error event once streaming: ${name}`, async () => {
      await start(prefillScript, decodeScript);
      const response = await ask();
      expect(response.status).to.equal(200);
      const payloads = payloadsOf(await response.text());
      expect(JSON.parse(payloads.at(-1)!).error.message).to.match(message);
      expect(dispatcher.seen[0]!.tokens).to.equal(1);
      expect(endings()).to.deep.equal(['failed']);
    });
  }

  it('counts a client that hangs up at [DONE] as completed', async () => {
    await start(prefilled, (response) => sse(response, token() + DONE, false));
    const leaving = new AbortController();
    const response = await post(`${gateway.url}/v1/completions`, { prompt: 'a', stream: true }, leaving.signal);
    await response.body!.getReader().read();
    leaving.abort();
    await eventually('it ended', () => endings().length === 1);
    expect(endings()).to.deep.equal(['completed']);
  });

  it('holds the engine back while the client does not read', async () => {
    const block = token('y'.repeat(64 * 1024));
    let written = 0;
    let blocked = false;
    await start(prefilled, (response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      const pour = (): void => {
        while (written < 2000) {
          written += 1;
          if (!response.write(block)) {
            blocked = true;
            response.once('drain', () => ((blocked = false), pour()));
            return;
          }
        }
        response.end(DONE);
      };
      pour();
    });
    const response = await ask();
    let last = -1;
    await eventually('the engine is blocked', async () => {
      const stuck = blocked && written === last;
      last = written;
      await new Promise((resolve) => setTimeout(resolve, 100));
      return stuck;
    });
    expect(written).to.be.below(2000);
    const text = await response.text();
    expect(text.length).to.equal(2000 * block.length + DONE.length);
  });

  it('learns bytes per token from usage', async () => {
    const usage = `data: {"choices":[],"usage":{"prompt_tokens":1000,"completion_tokens":1}}\n\n`;
    await start(prefilled, (response) => sse(response, token() + usage + DONE));
    const body = { prompt: 'a '.repeat(990), stream: true };
    for (let i = 0; i < 20; i += 1) await (await ask(body)).text();
    expect(dispatcher.seen[0]!.request.promptTokens).to.be.within(190, 210);
    expect(dispatcher.seen[19]!.request.promptTokens).to.be.within(850, 1050);
  });

  const bad: [string, unknown, string, number][] = [
    ['bad JSON', '{', '/v1/completions', 400],
    ['an array', '[]', '/v1/completions', 400],
    ['null', 'null', '/v1/chat/completions', 400],
    ['an unknown path', '{}', '/v1/nothing', 404],
    ['a prototype path', '{}', '/constructor', 404],
    ['a POST to health', '{}', '/health', 405],
    ['more than 32 MiB', 'x'.repeat(32 * 1024 * 1024 + 1), '/v1/completions', 413],
  ];
  for (const [name, body, path, status] of bad) {
    it(`${status} for ${name}, without troubling an engine`, async () => {
      await start(prefilled, complete);
      const response = await ask(body, path);
      expect(response.status).to.equal(status);
      expect(await errorOf(response)).to.not.equal('');
      expect(dispatcher.seen).to.have.length(0);
    });
  }

  it('400 for tools nested too deeply to be written again', async () => {
    await start(prefilled, complete);
    const depth = 200_000;
    const response = await ask(`{"messages":[],"tools":${'['.repeat(depth)}${']'.repeat(depth)}}`, '/v1/chat/completions');
    expect(response.status).to.equal(400);
    expect(await errorOf(response)).to.equal('the body is nested too deeply');
    expect(endings()).to.deep.equal([]);
    expect([prefill.bodies, decode.bodies]).to.deep.equal([[], []]);
    expect((await ask()).status, 'and the next one is served').to.equal(200);
  });

  it('answers health, models and snapshot', async () => {
    await start(prefilled, complete);
    const get = async (path: string): Promise<any> => (await fetch(gateway.url + path)).json(); // eslint-disable-line @typescript-eslint/no-explicit-any
    expect(await get('/health')).to.deep.equal({ status: 'ok' });
    expect((await get('/v1/models')).data[0].id).to.equal('m');
    expect((await get('/voltana/snapshot?x=1')).kind).to.equal('snapshot');
  });

  it('refuses a taken port', async () => {
    await start(prefilled, complete);
    const dialect = createSglangDialect(createRandom(3));
    const port = Number(new URL(gateway.url).port);
    const error = await startGateway({ host: '127.0.0.1', port, dialect, dispatcher, time: realTime() }).catch((reason: unknown) => reason);
    expect(error).to.include({ code: 'PORT_TAKEN', exitCode: 3 });
    expect((error as Error).message).to.contain(String(port));
  });

  it('a client that leaves while its request waits for an instance is counted once, and no engine hears of it', async () => {
    await start(prefilled, complete);
    dispatcher.holding = true;
    const leaving = new AbortController();
    const asked = post(`${gateway.url}/v1/completions`, { prompt: 'a', stream: true }, leaving.signal).catch(() => 'left');
    await eventually('the request waits', () => dispatcher.seen.length === 1, 2000);
    leaving.abort();
    expect(await asked).to.equal('left');
    await eventually('it is counted', () => endings().length === 1, 2000);
    dispatcher.holding = false;
    await (await ask()).text();
    expect(endings()).to.deep.equal(['cancelled', 'completed']);
    expect([prefill.requests.length, decode.requests.length]).to.deep.equal([1, 1]);
  });

  it('tells a client whose request waits when the gateway ends', async () => {
    await start(prefilled, complete);
    dispatcher.holding = true;
    const asked = ask();
    await eventually('the request waits', () => dispatcher.seen.length === 1, 2000);
    dispatcher.ended(dispatcher.seen[0]!.request.id, 'cancelled');
    const response = await asked;
    expect([response.status, await errorOf(response)]).to.deep.equal([503, 'the gateway is shutting down']);
  });

  it('close aborts both legs and tells clients', async () => {
    await start(silent, (response) => sse(response, token(), false));
    const response = await ask();
    await gateway.close();
    const last = payloadsOf(await response.text()).at(-1)!;
    expect(JSON.parse(last).error).to.include({ message: 'the gateway is shutting down', type: 'server_error', code: 'shutting_down' });
    await eventually('both legs are closed', () => prefill.abandoned() === 1 && decode.abandoned() === 1, 2000);
    expect(endings()).to.deep.equal(['failed']);
    await gateway.close();
  });
});

import { expect } from 'chai';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request as httpsRequest } from 'node:https';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startGateway } from '../../../../src/adapters/gateway/server.ts';
import { realTime } from '../../../../src/adapters/host/real-time.ts';
import type { ArrivedRequest } from '../../../../src/ports/telemetry-listener.ts';
import { DONE, sse, token } from '../../../fixtures/engines/scripted-engine.ts';
import { eventually, payloadsOf, post } from '../../../fixtures/engines/asking.ts';
import { plainDialect, setUp, silent, type Script, type Setup } from '../../../fixtures/gateway/harness.ts';

const complete: Script = (response) => sse(response, token(' a') + DONE);

/** Sends bytes as they are and returns all that comes back until the connection closes. */
const raw = (url: string, bytes: string | Buffer): Promise<string> =>
  new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url);
    let text = '';
    const socket = connect(Number(port), hostname, () => socket.write(bytes));
    socket.on('data', (chunk) => (text += chunk.toString()));
    socket.on('error', reject);
    socket.on('close', () => resolve(text));
  });

interface Wrong {
  readonly status: number;
  readonly error: { readonly message: string; readonly type: string; readonly param: string | null; readonly code: string | null };
}

const wrongOf = async (response: Response): Promise<Wrong> => {
  const { error } = (await response.json()) as Wrong;
  expect(Object.keys(error).sort()).to.deep.equal(['code', 'message', 'param', 'type']);
  return { status: response.status, error };
};

describe('gateway: protection', () => {
  let setup: Setup;
  let folder: string;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'voltana-gateway-'));
  });
  after(() => rmSync(folder, { recursive: true }));
  afterEach(() => setup.close());

  const send = (body: string | Buffer<ArrayBuffer>, path = '/v1/completions', headers: Record<string, string> = {}): Promise<Response> =>
    fetch(setup.gateway.url + path, { method: 'POST', body, headers });

  const wrong: [string, string | Buffer<ArrayBuffer>, string, number, string | null, string | null][] = [
    ['malformed JSON', '{"prompt":', '/v1/completions', 400, 'malformed_json', null],
    ['no JSON object', '[1]', '/generate', 400, 'malformed_json', null],
    ['invalid UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]), '/v1/completions', 400, 'invalid_utf8', null],
    ['an unknown model', '{"model":"other","prompt":"a"}', '/v1/completions', 404, 'model_not_found', 'model'],
    ['a model that is no name', '{"model":7,"prompt":"a"}', '/v1/completions', 400, null, 'model'],
    ['a prompt that is a number', '{"prompt":7}', '/v1/completions', 400, null, 'prompt'],
    ['mixed prompts', '{"prompt":["a",7]}', '/v1/completions', 400, null, 'prompt'],
    ['broken token ids', '{"prompt":[1.5]}', '/v1/completions', 400, null, 'prompt'],
    ['a stream that is a text', '{"prompt":"a","stream":"yes"}', '/v1/completions', 400, null, 'stream'],
    ['stream options that are a list', '{"prompt":"a","stream_options":[]}', '/v1/completions', 400, null, 'stream_options'],
    ['no choice', '{"prompt":"a","n":0}', '/v1/completions', 400, null, 'n'],
    ['messages that are a text', '{"messages":"hi"}', '/v1/chat/completions', 400, null, 'messages'],
    ['messages of texts', '{"messages":["hi"]}', '/v1/chat/completions', 400, null, 'messages'],
    ['a content that is a number', '{"messages":[{"role":"user","content":7}]}', '/v1/chat/completions', 400, null, 'messages'],
    ['ids that are texts', '{"input_ids":{"a":1}}', '/generate', 400, null, 'input_ids'],
    ['parameters that are a number', '{"text":"a","sampling_params":3}', '/generate', 400, null, 'sampling_params'],
    ['an unknown path', '{}', '/v2/completions', 404, 'not_found', null],
  ];
  for (const [name, body, path, status, code, param] of wrong) {
    it(`${status} in OpenAI’s shape for ${name}`, async () => {
      setup = await setUp('single', [[silent, complete]]);
      const { error, ...answer } = await wrongOf(await send(body, path));
      expect(answer.status).to.equal(status);
      expect(error).to.include({ type: 'invalid_request_error', code, param });
      expect(setup.dispatcher.seen).to.have.length(0);
    });
  }

  it('lists models, and shows one whose name has slashes', async () => {
    setup = await setUp('single', [[silent, complete]], { models: ['org/model-1'] });
    const get = (path: string): Promise<Response> => fetch(setup.gateway.url + path);
    for (const path of ['/v1/models/org/model-1', '/v1/models/org%2Fmodel-1']) {
      expect(((await (await get(path)).json()) as { id: string }).id).to.equal('org/model-1');
    }
    for (const path of ['/v1/models/other', '/v1/models/', '/v1/models/%ff', '/v1/models/__proto__']) {
      expect((await wrongOf(await get(path))).error.code).to.equal('model_not_found');
    }
    const refused = await fetch(`${setup.gateway.url}/v1/completions`);
    expect([refused.status, refused.headers.get('allow')]).to.deep.equal([405, 'POST']);
  });

  it('429 with Retry-After when as many are under way as allowed; places come back', async () => {
    setup = await setUp('single', [[silent, (response) => sse(response, token(), false)]], { limits: { maxInFlight: 2 } });
    const leaving = new AbortController();
    const streams = [1, 2].map(() => post(`${setup.gateway.url}/v1/completions`, { prompt: 'a', stream: true }, leaving.signal));
    await Promise.all(streams);
    const refused = await send('{"prompt":"a"}');
    expect(refused.headers.get('retry-after')).to.equal('1');
    expect(await wrongOf(refused)).to.deep.include({ status: 429 });
    leaving.abort();
    await eventually('both legs are closed', () => setup.decodes[0]!.abandoned() === 2);
    await eventually('another is served', async () => {
      const again = new AbortController();
      const { status } = await post(`${setup.gateway.url}/v1/completions`, { prompt: 'a', stream: true }, again.signal);
      again.abort();
      return status === 200;
    });
  });

  it('asks for an API key and knows its tenant; keys go no further', async () => {
    const apiKeysFile = join(folder, 'keys');
    writeFileSync(apiKeysFile, '# ours\nteam-a:sk-aaaaaaaa\r\n\nsk-nameless-1\n');
    const arrived: ArrivedRequest[] = [];
    const rejected: number[] = [];
    const listener = {
      arrived(request: ArrivedRequest) {
        arrived.push(request);
        return { routed: () => undefined, prefillDone: () => undefined, tokens: () => undefined, ended: () => undefined };
      },
      rejected: (status: number) => void rejected.push(status),
    };
    setup = await setUp('single', [[silent, complete]], { apiKeysFile, listener, extra: { '/metrics': (_q, r) => void r.end('m 1\n') } });
    for (const authorization of ['', 'Bearer sk-aaaaaaab', 'Bearer sk-aaaaaaaa x', 'Basic sk-aaaaaaaa', 'team-a:sk-aaaaaaaa']) {
      const response = await send('{"prompt":"a"}', '/v1/completions', authorization === '' ? {} : { authorization });
      expect(response.headers.get('www-authenticate')).to.equal('Bearer');
      const { status, error } = await wrongOf(response);
      expect([status, error.type]).to.deep.equal([401, 'authentication_error']);
    }
    for (const key of ['sk-aaaaaaaa', 'sk-nameless-1']) {
      const response = await send('{"prompt":"a"}', '/v1/completions', { authorization: `bearer ${key}` });
      expect(response.status).to.equal(200);
      await response.text();
    }
    expect(arrived.map(({ tenant, model, estimated }) => [tenant, model, estimated])).to.deep.equal([
      ['team-a', 'm', true],
      ['default', 'm', true],
    ]);
    expect(rejected).to.deep.equal([401, 401, 401, 401, 401]);
    expect(setup.decodes[0]!.requests.map(({ headers }) => headers.authorization)).to.deep.equal([undefined, undefined]);
    const get = async (path: string, authorization = ''): Promise<number> =>
      (await fetch(setup.gateway.url + path, { headers: authorization === '' ? {} : { authorization } })).status;
    expect([await get('/health'), await get('/metrics'), await get('/nothing')]).to.deep.equal([200, 401, 401]);
    expect([await get('/metrics', 'Bearer sk-aaaaaaaa'), await get('/v1/models')]).to.deep.equal([200, 401]);
  });

  it('does not start with key files and certificates that do not serve, and names the place but no secret', async () => {
    setup = await setUp('single', [[silent, complete]]);
    const { dispatcher } = setup;
    const start = (more: object): Promise<unknown> =>
      startGateway({ host: '127.0.0.1', port: 0, dialect: plainDialect('single'), dispatcher, time: realTime(), ...more }).catch(
        (e: unknown) => e,
      );
    const short = join(folder, 'short');
    writeFileSync(short, 'team:good-enough-1\nteam:tiny\n');
    const empty = join(folder, 'empty');
    writeFileSync(empty, '# nothing\n');
    const missing = join(folder, 'missing');
    expect(await start({ apiKeysFile: missing })).to.include({ code: 'FILE_UNREADABLE' });
    expect(await start({ apiKeysFile: empty })).to.include({ code: 'FILE_MALFORMED' });
    const error = (await start({ apiKeysFile: short })) as Error;
    expect(error.message)
      .to.match(/line 2/)
      .and.not.contain('tiny');
    expect(await start({ tls: { certFile: missing, keyFile: missing } })).to.include({ code: 'FILE_UNREADABLE' });
    expect(await start({ tls: { certFile: short, keyFile: short } })).to.include({ code: 'FILE_MALFORMED' });
  });

  it('serves over TLS', async () => {
    const [keyFile, certFile] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    const subject = ['-subj', '/CN=localhost', '-days', '2', '-nodes', '-newkey', 'rsa:2048'];
    execFileSync('openssl', ['req', '-x509', '-keyout', keyFile, '-out', certFile, ...subject], { stdio: 'ignore' });
    setup = await setUp('single', [[silent, complete]], { tls: { certFile, keyFile } });
    expect(setup.gateway.url).to.match(/^https:/);
    const text = await new Promise<string>((resolve, reject) => {
      const asked = httpsRequest(`${setup.gateway.url}/v1/completions`, { method: 'POST', rejectUnauthorized: false }, (response) => {
        let all = '';
        response.on('data', (chunk: Buffer) => (all += chunk.toString()));
        response.on('end', () => resolve(all));
      });
      asked.on('error', reject);
      asked.end('{"prompt":"a","stream":true}');
    });
    expect(text).to.equal(token(' a') + DONE);
  });

  it('cuts off who sends headers or a body too slowly, in OpenAI’s shape', async () => {
    setup = await setUp('single', [[silent, complete]], { limits: { headersTimeoutMs: 200, receiveTimeoutMs: 400 } });
    const slow = [
      'POST /v1/completions HTTP/1.1\r\nhost: x\r\nx-a: ',
      'POST /v1/completions HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{"prompt":',
    ];
    for (const answer of await Promise.all(slow.map((bytes) => raw(setup.gateway.url, bytes)))) {
      expect(answer)
        .to.match(/^HTTP\/1\.1 408 /)
        .and.contain('"code":"request_timeout"');
    }
    await eventually('nothing is under way', () => setup.gateway.inFlight === 0);
    expect(setup.dispatcher.seen).to.have.length(0);
  });

  it('refuses headers that are too large, and what is no HTTP', async () => {
    setup = await setUp('single', [[silent, complete]]);
    const large = await raw(setup.gateway.url, `GET /health HTTP/1.1\r\nhost: x\r\nx-a: ${'y'.repeat(20_000)}\r\n\r\n`);
    expect(large)
      .to.match(/^HTTP\/1\.1 431 /)
      .and.contain('"code":"headers_too_large"');
    expect(await raw(setup.gateway.url, 'hello\r\n\r\n'))
      .to.match(/^HTTP\/1\.1 400 /)
      .and.contain('"error"');
    const smuggled = 'POST /v1/completions HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n';
    expect(await raw(setup.gateway.url, smuggled)).to.match(/^HTTP\/1\.1 400 /);
  });

  it('drains: refuses what is new, says so, finishes what runs, and gives its port back', async () => {
    let finish = (): void => undefined;
    setup = await setUp('single', [[silent, (response) => (sse(response, token(), false), (finish = () => sse(response, DONE)))]]);
    const { gateway } = setup;
    const running = await send('{"prompt":"a","stream":true}');
    const closing = gateway.close(20_000);
    await eventually('health says so', async () => (await fetch(`${gateway.url}/health`)).status === 503);
    const refused = await send('{"prompt":"a"}');
    expect(refused.headers.get('retry-after')).to.equal('1');
    expect((await wrongOf(refused)).error.code).to.equal('shutting_down');
    finish();
    expect(await running.text()).to.equal(token() + DONE);
    await closing;
    const port = Number(new URL(gateway.url).port);
    const { dispatcher } = setup;
    const next = await startGateway({ host: '127.0.0.1', port, dialect: plainDialect('single'), dispatcher, time: realTime() });
    await next.close();
  });

  it('drains no longer than it was told to: the rest gets an error event', async () => {
    setup = await setUp('single', [[silent, (response) => sse(response, token(), false)]]);
    const running = await send('{"prompt":"a","stream":true}');
    await setup.gateway.close(100);
    expect(JSON.parse(payloadsOf(await running.text()).at(-1)!).error.code).to.equal('shutting_down');
    await eventually('the leg is closed', () => setup.decodes[0]!.abandoned() === 1);
  });
});

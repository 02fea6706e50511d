import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect } from 'chai';
import { createStreamLoad, type StreamLoadOptions } from '../../../../../src/adapters/load/stream/stream-load.ts';
import type { RequestOutcome } from '../../../../../src/domain/request.ts';
import { realTime } from './real-time.ts';
import { EVENT_STREAM, forever, sleep, startSseServer, streamTokens, textEvent, type SseServer } from './sse-server.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

const outcomesOf = async (options: Partial<StreamLoadOptions> & { url: string }, count = 1): Promise<readonly RequestOutcome[]> => {
  const load = createStreamLoad({ model: 'm', time: realTime, api: 'openai-completions', ...options });
  const schedule = Array.from({ length: count }, (_, i) => ({ id: `r${i}`, arrivalMs: i * 10, promptTokens: 10, maxTokens: 3 }));
  const { outcomes } = await load.run(schedule, { drainMs: 10_000, signal: new AbortController().signal });
  return outcomes;
};

describe('stream load, options', () => {
  let server: SseServer;
  afterEach(() => server?.close());

  it('sends the key and extra headers with every request', async () => {
    const seen: IncomingMessage['headers'][] = [];
    server = await startSseServer((response, body, request) => {
      seen.push(request.headers);
      return streamTokens(0)(response, body, request);
    });
    await outcomesOf({ url: server.url, apiKey: 'k1', headers: { 'X-Tenant': 'a' } }, 2);
    expect(seen.map(({ authorization, 'x-tenant': tenant }) => [authorization, tenant])).to.deep.equal(Array(2).fill(['Bearer k1', 'a']));
  });

  it('keeps a key that the server repeats out of every outcome', async () => {
    const apiKey = 'sk-8c1f-0123456789';
    let asked = 0;
    server = await startSseServer((response, _body, { headers: { authorization, 'x-token': token } }) => {
      const words = `who is ${authorization}? ${String(token)}`;
      const message = JSON.stringify({ error: { message: words } });
      asked += 1;
      if (asked === 1) response.writeHead(500).end(message);
      else if (asked === 2) response.writeHead(500).end(`${'x'.repeat(285)}${authorization}`);
      else if (asked === 3) response.writeHead(200, { 'content-type': authorization }).end();
      else response.writeHead(200, EVENT_STREAM).end(asked === 4 ? `data: ${message}\n\n` : `data: ${words}\n\n`);
    });
    const outcomes = await outcomesOf({ url: server.url, apiKey, headers: { 'X-Token': 'tenant-77' } }, 5);
    expect(outcomes.map(({ status }) => status)).to.deep.equal(Array(5).fill('failed'));
    expect(JSON.stringify(outcomes)).not.to.match(/sk-8|tenant-77/);
    expect(outcomes[3]!.error).to.equal('who is ***? ***');
  });

  it('fails a request that takes longer than it may, and only that one', async () => {
    let asked = 0;
    server = await startSseServer(async (response, body, request) => {
      asked += 1;
      if (asked !== 2) return streamTokens(0)(response, body, request);
      response.writeHead(200, EVENT_STREAM).write(textEvent('a'));
      await forever();
    });
    const outcomes = await outcomesOf({ url: server.url, timeoutMs: 300 }, 3);
    expect(outcomes.map(({ status }) => status)).to.deep.equal(['completed', 'failed', 'completed']);
    expect(outcomes[1]).to.include({ error: 'not finished within 300 ms', outputTokens: 1 });
    expect(outcomes[1]!.endMs! - outcomes[1]!.intendedMs).to.be.at.least(300);
    expect(await server.socketsLeft()).to.equal(0);
  });

  it('writes fewer words where the server counts more tokens for each', async () => {
    server = await startSseServer(streamTokens(0));
    await outcomesOf({ url: server.url, tokensPerWord: 2 });
    expect(server.bodies[0]!.prompt.split(' ')).to.have.length(5);
  });

  it('takes a fresh connection where the server closes each, and fails none', async () => {
    server = await startSseServer((response, body, request) => {
      response.setHeader('connection', 'close');
      return streamTokens(0)(response, body, request);
    });
    const outcomes = await outcomesOf({ url: server.url }, 20);
    expect(outcomes.map(({ status }) => status)).to.deep.equal(Array(20).fill('completed'));
    expect(await server.socketsLeft()).to.equal(0);
  });

  it('refuses tokens per word that are no number above 0, and certificates that are none', async () => {
    server = await startSseServer(streamTokens(0));
    for (const tokensPerWord of [0, -1, NaN])
      expect(() => createStreamLoad({ url: server.url, model: 'm', time: realTime, api: 'openai-chat', tokensPerWord })).to.throw(
        'above 0',
      );
    expect(() => createStreamLoad({ url: server.url, model: 'm', time: realTime, api: 'openai-chat', tls: { ca: 'no certificate' } }))
      .to.throw('no certificates in PEM')
      .with.property('code', 'BAD_VALUE');
  });

  it('keeps nothing of what has ended: gaps live until their outcome is told', async () => {
    server = await startSseServer(streamTokens(0));
    const told: WeakRef<readonly number[]>[] = [];
    const load = createStreamLoad({ url: server.url, model: 'm', time: realTime, api: 'openai-completions' });
    const schedule = Array.from({ length: 50 }, (_, i) => ({ id: `r${i}`, arrivalMs: i * 5, promptTokens: 1, maxTokens: 3 }));
    const abort = new AbortController();
    const last = { id: 'last', arrivalMs: 60_000, promptTokens: 1, maxTokens: 1 };
    const onOutcome = ({ gapsMs }: RequestOutcome): void => void told.push(new WeakRef(gapsMs));
    const running = load.run([...schedule, last], { drainMs: 1000, signal: abort.signal, onOutcome });
    while (told.length < 50) await sleep(10);
    // Something is kept of the newest ones by connections that are still warm, never of them all.
    await sleep(20);
    collect();
    expect(told.filter((ref) => ref.deref() !== undefined).length).to.be.at.most(10);
    abort.abort();
    await running;
  });
});

describe('stream load over https', () => {
  let folder: string;
  let server: Server;
  let url: string;
  let ca: string;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'voltana-tls-'));
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
    const args = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2', ...subject];
    execFileSync('openssl', [...args, '-keyout', key, '-out', cert], { stdio: 'ignore' });
    ca = readFileSync(cert, 'utf8');
    server = createServer({ key: readFileSync(key), cert: ca }, (request, response) => {
      request.resume();
      response.writeHead(200, EVENT_STREAM).end(`${textEvent('a', 'length')}data: [DONE]\n\n`);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
    rmSync(folder, { recursive: true, force: true });
  });

  it('trusts the certificates it is given', async () => {
    expect((await outcomesOf({ url, tls: { ca } }, 3)).map(({ status }) => status)).to.deep.equal(Array(3).fill('completed'));
  });

  it('trusts nobody else: the request fails, and says why', async () => {
    const [outcome] = await outcomesOf({ url });
    expect(outcome!.status).to.equal('failed');
    expect(outcome!.error).to.match(/self.signed|certificate/i);
  });

  it('takes any certificate where it was told to', async () => {
    expect((await outcomesOf({ url, tls: { insecure: true } }))[0]).to.include({ status: 'completed', error: null });
  });
});

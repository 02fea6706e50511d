import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { createClosedLoad, type ClosedLoadOptions } from '../../../../../src/adapters/load/autocannon/closed-load.ts';
import { createStreamLoad } from '../../../../../src/adapters/load/stream/stream-load.ts';
import type { RequestOutcome, WorkloadRequest } from '../../../../../src/domain/request.ts';
import type { LoadOptions, LoadSource } from '../../../../../src/ports/load-source.ts';
import { testAuthority } from '../../../../fixtures/agent/certificates.ts';
import { realTime } from '../stream/real-time.ts';
import {
  EVENT_STREAM,
  forever,
  sleep,
  startSseServer,
  streamTokens,
  textEvent,
  type Answer,
  type SseServer,
} from '../stream/sse-server.ts';
import { RAW_ANSWERS } from './answers.ts';
import { CHUNKED_HEAD, chunked, LAST_CHUNK, startRawServer, type RawAnswer, type RawServer } from './raw-server.ts';

const never = new AbortController().signal;
const COMMON = { model: 'm', time: realTime, api: 'openai-completions' } as const;
const closedLoad = (url: string, concurrency = 1, more: Partial<ClosedLoadOptions> = {}): LoadSource =>
  createClosedLoad({ url, concurrency, ...COMMON, ...more });
const scheduleOf = (count: number): WorkloadRequest[] =>
  Array.from({ length: count }, (_, i) => ({ id: `r${i}`, arrivalMs: i * 60_000, promptTokens: 10, maxTokens: 2 }));
const run = async (load: LoadSource, count: number, options: Partial<LoadOptions> = {}): Promise<readonly RequestOutcome[]> =>
  (await load.run(scheduleOf(count), { drainMs: 500, signal: never, ...options })).outcomes;
const idOf = (request: string): string => /x-request-id: (\S+)/.exec(request)![1]!;
const GOOD = `${CHUNKED_HEAD}${chunked(`${textEvent('a', 'length')}data: [DONE]\n\n`)}${LAST_CHUNK}`;

describe('closed loop of autocannon', () => {
  let raw: RawServer | null = null;
  let server: SseServer | null = null;
  afterEach(async () => {
    await raw?.close();
    await server?.close();
    [raw, server] = [null, null];
  });
  const serveRaw = async (answer: RawAnswer): Promise<RawServer> => (raw = await startRawServer(answer));
  const serve = async (answer: Answer): Promise<SseServer> => (server = await startSseServer(answer));

  describe('tells what the open loop tells of', () => {
    /** What a server did; how a client words the loss of a connection is its own. */
    const story = ({ status, promptTokens, outputTokens, gapsMs, endMs, usage, error }: RequestOutcome) => ({
      ...{ status, promptTokens, outputTokens, usage, gaps: gapsMs.length, ended: endMs !== null },
      error: error === null || /^HTTP \d|stream|no KV/.test(error) ? error : 'connection',
    });
    for (const [name, answer] of Object.entries(RAW_ANSWERS)) {
      it(name, async () => {
        const { url } = await serveRaw(answer);
        const [open] = await run(createStreamLoad({ url, ...COMMON }), 1);
        const [closed] = await run(closedLoad(url), 1);
        expect(story(closed!)).to.deep.equal(story(open!));
      });
    }
  });

  it('sends each request once and in order whatever becomes of the others, and never more at a time than asked', async () => {
    const answers = [say(GOOD), ...Object.values(RAW_ANSWERS)];
    let [open, most] = [0, 0];
    const { url, requests } = await serveRaw(async (socket, index) => {
      most = Math.max(most, (open += 1));
      await sleep(index % 3);
      open -= 1;
      await answers[index % answers.length]!(socket, index, '');
    });
    const outcomes = await run(closedLoad(url, 7), 300, { drainMs: 3000 });
    expect(outcomes.map(({ id }) => id)).to.deep.equal(scheduleOf(300).map(({ id }) => id));
    expect([...requests.map(idOf)].sort()).to.deep.equal(
      scheduleOf(300)
        .map(({ id }) => id)
        .sort(),
    );
    expect(new Set(outcomes.map(({ status }) => status))).to.deep.equal(new Set(['completed', 'failed', 'rejected']));
    expect(most).to.be.within(2, 7);
    const sent = outcomes.map(({ sentMs }) => sentMs);
    expect([...sent].sort((a, b) => a - b)).to.deep.equal(sent);
  });

  const say =
    (text: string): RawAnswer =>
    (socket) =>
      void socket.write(text);

  it('keeps a connection as long as the server does, and loses no request to one that closes', async () => {
    const { url, connections } = await serveRaw((socket, index) => {
      if (index % 5 < 4) socket.write(GOOD);
      else socket.end(GOOD.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n'));
    });
    const outcomes = await run(closedLoad(url), 20);
    expect(outcomes.map(({ status }) => status)).to.deep.equal(Array(20).fill('completed'));
    expect(connections()).to.equal(4);
  });

  it('a lost connection takes its own request with it, and nothing of the next answer', async () => {
    const { url } = await serveRaw((socket, index) =>
      index % 2 === 0 ? void socket.end(`${CHUNKED_HEAD}${chunked(textEvent('a'))}50\r\nda`) : void socket.write(GOOD),
    );
    const outcomes = await run(closedLoad(url), 6);
    expect(outcomes.map(({ status, outputTokens }) => [status, outputTokens])).to.deep.equal(
      [1, 2, 3].flatMap(() => [
        ['failed', 1],
        ['completed', 1],
      ]),
    );
  });

  it('a stream that says [DONE] and does not end gives its place to the next', async () => {
    const { url } = await serveRaw(say(GOOD.replace(LAST_CHUNK, '')));
    const outcomes = await run(closedLoad(url), 3);
    expect(outcomes.map(({ status }) => status)).to.deep.equal(['completed', 'completed', 'completed']);
  });

  it('says of an answer that is no HTTP that it is none: autocannon would wait for ever', async () => {
    const { url } = await serveRaw(say('220 mail.example.org ESMTP\r\n'));
    const [outcome] = await run(closedLoad(url), 1, { drainMs: 5000 });
    expect(outcome).to.include({ status: 'failed', error: 'the answer is not HTTP' });
  });

  it('says of an interim answer that autocannon cannot tell it from the whole one', async () => {
    const { url } = await serveRaw(say(`HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n${GOOD}`));
    const [outcome] = await run(closedLoad(url), 1);
    expect(outcome).to.include({ status: 'failed', error: 'HTTP 103, which autocannon takes for the whole answer' });
  });

  it('its times are those of sending: one request after the other, whatever the schedule says', async () => {
    const { url } = await serve(streamTokens(15));
    const outcomes = await run(closedLoad(url), 3);
    outcomes.forEach(({ intendedMs, sentMs, firstTokenMs, endMs, gapsMs }, i) => {
      expect(intendedMs).to.equal(sentMs);
      expect(sentMs).to.be.at.least(outcomes[i - 1]?.endMs ?? 0);
      expect(gapsMs).to.have.length(1);
      expect(firstTokenMs! + gapsMs[0]!).to.be.at.most(endMs!);
    });
  });

  it('stops sending after the time given, lets the open ones end, and tells each outcome instead of keeping it', async () => {
    const { url } = await serve(streamTokens(30));
    const told: RequestOutcome[] = [];
    const kept = await run(closedLoad(url, 2), 1000, { sendForMs: 150, drainMs: 5000, onOutcome: (outcome) => told.push(outcome) });
    expect(kept).to.deep.equal([]);
    expect(told.map(({ status }) => status)).to.deep.equal(Array(told.length).fill('completed'));
    expect(told.length).to.be.within(2, 40);
    for (const { sentMs } of told) expect(sentMs).to.be.below(250);
    expect(server!.bodies).to.have.length(told.length);
  });

  it('a request over the time limit has failed, and its place is free', async () => {
    const { url } = await serve(async (response, body, request) => {
      if (request.headers['x-request-id'] === 'r0') await forever();
      else await streamTokens(0)(response, body, request);
    });
    const outcomes = await run(closedLoad(url, 1, { timeoutMs: 100 }), 2);
    expect(outcomes.map(({ status, error }) => [status, error])).to.deep.equal([
      ['failed', 'not finished within 100 ms'],
      ['completed', null],
    ]);
  });

  it('may be ended by whoever hears of an outcome', async () => {
    const { url } = await serve(streamTokens(0));
    const controller = new AbortController();
    const told: string[] = [];
    await run(closedLoad(url, 3), 50, {
      signal: controller.signal,
      onOutcome: ({ status }) => {
        told.push(status);
        if (told.length === 5) controller.abort();
      },
    });
    expect(told.slice(0, 5)).to.deep.equal(Array(5).fill('completed'));
    expect(told.slice(5).every((status) => status === 'cancelled')).to.equal(true);
    expect(told.length).to.be.below(9);
    expect(await server!.socketsLeft()).to.equal(0);
  });

  it('sends the key, the length asked for and a body as the open loop does', async () => {
    const heads: (string | undefined)[] = [];
    const { url, bodies } = await serve((response, body, request) => {
      heads.push(request.headers.authorization, request.headers['content-type'], request.headers.host);
      return streamTokens(0)(response, body, request);
    });
    await run(closedLoad(`${url}/v1/`, 1, { apiKey: 'secret' }), 1);
    await run(createStreamLoad({ url, apiKey: 'secret', ...COMMON }), 1);
    expect(heads.slice(0, 3)).to.deep.equal(['Bearer secret', 'application/json', new URL(url).host]);
    expect(heads.slice(3)).to.deep.equal(heads.slice(0, 3));
    expect(bodies[0]).to.deep.equal(bodies[1]);
  });

  for (const concurrency of [0, -1, 1.5, Number.NaN]) {
    it(`refuses ${concurrency} requests at a time`, () => {
      expect(() => closedLoad('http://127.0.0.1:1', concurrency)).to.throw(/1 or more requests open at a time/);
    });
  }

  describe('over TLS', () => {
    const folder = mkdtempSync(join(tmpdir(), 'voltana-closed-'));
    const authority = testAuthority(folder, 'ours');
    const { certFile, keyFile } = authority.sign('server', 'IP:127.0.0.1');
    const elsewhere = authority.sign('elsewhere', 'DNS:elsewhere');
    const ca = readFileSync(authority.caFile, 'utf8');
    after(() => rmSync(folder, { recursive: true }));
    const serveTls = async (files: typeof elsewhere): Promise<RawServer> =>
      (raw = await startRawServer(say(GOOD), { cert: readFileSync(files.certFile), key: readFileSync(files.keyFile) }));

    it('speaks to a server whose certificate is trusted, again and again', async () => {
      const { url, connections } = await serveTls({ certFile, keyFile });
      const outcomes = await run(closedLoad(url, 2, { tls: { ca } }), 6);
      expect(outcomes.map(({ status, error }) => [status, error])).to.deep.equal(Array(6).fill(['completed', null]));
      expect(connections()).to.equal(2);
    });

    it('tells nothing, above all no key, to one whose certificate is not, or is of another host', async () => {
      for (const [files, trusted] of [
        [{ certFile, keyFile }, {}],
        [elsewhere, { ca }],
      ] as const) {
        const { url, requests, close } = await serveTls(files);
        const outcomes = await run(closedLoad(url, 1, { apiKey: 'secret', tls: trusted }), 2);
        for (const { status, error } of outcomes) {
          expect(status).to.equal('failed');
          expect(error).to.match(/the certificate is not trusted: \S+/);
        }
        expect(requests).to.deep.equal([]);
        await close();
        raw = null;
      }
    });

    it('takes any certificate where it was told to', async () => {
      const { url } = await serveTls(elsewhere);
      const [outcome] = await run(closedLoad(url, 1, { tls: { insecure: true } }), 1);
      expect(outcome).to.include({ status: 'completed', error: null });
    });
  });

  it('many places at a server that is gone: every request fails, and none is sent twice', async () => {
    const { url, close } = await startRawServer(() => {});
    await close();
    const outcomes = await run(closedLoad(url, 50), 500);
    expect(outcomes.map(({ status }) => status)).to.deep.equal(Array(500).fill('failed'));
    expect(outcomes[499]!.error).to.match(/ECONNREFUSED/);
  });

  it('a stream that stalls is unfinished, with the tokens it had', async () => {
    const { url } = await serve((response) => void response.writeHead(200, EVENT_STREAM).write(textEvent('a')));
    const outcomes = await run(closedLoad(url, 2), 2, { drainMs: 150 });
    for (const outcome of outcomes) expect(outcome).to.include({ status: 'unfinished', outputTokens: 1, endMs: null });
    expect(await server!.socketsLeft()).to.equal(0);
  });
});

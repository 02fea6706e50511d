import { createServer as createHttpServer, type Server as HttpServer } from 'node:http';
import { expect } from 'chai';
import { connect, createServer as createTcpServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { plainDialect, prefilled, setUp, silent, type Script } from '../../../fixtures/gateway/harness.ts';
import { recordingDispatcher } from '../../../fixtures/engines/recording-dispatcher.ts';
import { eventually, payloadsOf, post } from '../../../fixtures/engines/asking.ts';
import { DONE, sse, token } from '../../../fixtures/engines/scripted-engine.ts';
import { startGateway, type Gateway } from '../../../../src/adapters/gateway/server.ts';
import { realTime } from '../../../../src/adapters/host/real-time.ts';
import type { LaunchedInstance } from '../../../../src/domain/instance.ts';

/** An engine that sends bytes as they are, whatever was asked, and then closes. */
const rawEngine = async (answer: (request: string) => Buffer): Promise<{ instance: LaunchedInstance; close(): Promise<void> }> => {
  const sockets = new Set<Socket>();
  const server: Server = createTcpServer((socket) => {
    sockets.add(socket);
    let request = '';
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      request += chunk.toString();
      if (request.endsWith('}')) socket.end(answer(request));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    instance: { id: 'd0', role: 'decode', gpuCount: 1, endpoints: { url } },
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
};

/** Short events: each of their bytes costs a request. */
const said = (delta: object): string => `data: ${JSON.stringify({ choices: [{ delta }] })}\n\n`;
const USAGE = 'data: {"choices":[],"usage":{"prompt_tokens":9,"completion_tokens":2}}\n\n';
const STREAM = said({ role: 'assistant', content: '' }) + said({ content: 'Grüße' }) + said({ content: '漢' }) + USAGE + DONE;
const HEAD = 'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n';

describe('gateway: streams that break', () => {
  it('an engine that closes at every byte of its answer: the client gets whole events and an error, or an error status', async () => {
    const whole = Buffer.from(HEAD + STREAM);
    const engine = await rawEngine((request) => whole.subarray(0, Number(/"cut":(\d+)/.exec(request)![1])));
    const dispatcher = recordingDispatcher(engine.instance, engine.instance);
    const dialect = plainDialect('single');
    const gateway = await startGateway({ host: '127.0.0.1', port: 0, dialect, dispatcher, time: realTime(), limits: { retries: 0 } });
    const visible = STREAM.replace(USAGE, '');
    const cutAt = async (cut: number): Promise<void> => {
      const response = await post(`${gateway.url}/v1/chat/completions`, { messages: [], stream: true, cut });
      const text = await response.text();
      if (response.status !== 200) {
        expect(response.status).to.equal(502);
        expect(JSON.parse(text).error.code).to.equal('engine_failed');
        return;
      }
      // Its last event is understood without the blank line that ends it.
      if (text.trimEnd() === visible.trimEnd()) return;
      const events = text.split('\n\n');
      expect(JSON.parse(events.at(-2)!.slice(6)).error?.code, `cut at ${cut}: ${text}`).to.equal('engine_failed');
      const before = events.slice(0, -2).map((event) => `${event}\n\n`);
      expect(visible.startsWith(before.join('')), `cut at ${cut}`).to.equal(true);
    };
    for (let from = 0; from <= whole.length; from += 32) {
      await Promise.all(Array.from({ length: Math.min(32, whole.length + 1 - from) }, (_, i) => cutAt(from + i)));
    }
    expect(dispatcher.seen.every(({ ended }) => ended.length === 1)).to.equal(true);
    expect(dispatcher.seen.filter(({ ended }) => ended[0]!.how === 'completed').length).to.be.within(1, 4);
    expect(gateway.inFlight).to.equal(0);
    await gateway.close();
    await engine.close();
  }).timeout(60_000);

  it('a client that closes at every stage of its request and answer leaves nothing behind', async () => {
    const slow: Script = (response) => {
      const parts = STREAM.split(/(?<=\n\n)/);
      const timer = setInterval(() => sse(response, parts.shift() ?? '', parts.length === 0), 2);
      response.once('close', () => clearInterval(timer));
    };
    const setup = await setUp('together', [[prefilled, slow]]);
    const { port } = new URL(setup.gateway.url);
    const body = JSON.stringify({ messages: [], stream: true });
    const request = `POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
    const leave = (sent: number, afterBytes: number): Promise<void> =>
      new Promise((resolve) => {
        let got = 0;
        const socket = connect(Number(port), '127.0.0.1', () => {
          socket.write(request.slice(0, sent));
          if (sent < request.length) socket.destroy();
        });
        socket.on('data', (chunk) => {
          got += chunk.length;
          if (got >= afterBytes) socket.destroy();
        });
        socket.on('error', () => undefined);
        socket.on('close', () => resolve());
      });
    for (let sent = 1; sent < request.length; sent += 7) await leave(sent, 0);
    for (let bytes = 1; bytes < 420; bytes += 30) await leave(request.length, bytes);
    await eventually('nothing is under way', () => setup.gateway.inFlight === 0);
    expect(setup.dispatcher.seen.every(({ ended }) => ended.length === 1)).to.equal(true);
    await setup.close();
  });

  describe('with what is no stream', () => {
    let gateway: Gateway;
    let close: () => Promise<void>;
    const start = async (answer: string | Buffer): Promise<void> => {
      const engine = await rawEngine(() => Buffer.from(answer as string));
      const dispatcher = recordingDispatcher(engine.instance, engine.instance);
      const dialect = plainDialect('single');
      const limits = { retries: 1, maxAnswerBytes: 100_000 };
      gateway = await startGateway({ host: '127.0.0.1', port: 0, dialect, dispatcher, time: realTime(), limits });
      close = engine.close;
    };
    afterEach(async () => {
      await gateway.close();
      await close();
    });
    const cases: [string, string][] = [
      ['garbage instead of HTTP', 'not http at all\r\n\r\n'],
      ['a status line and nothing else', 'HTTP/1.1 200 OK\r\n\r\n'],
      ['events that are no JSON', `${HEAD}data: {oops\n\ndata: [DONE]\n\n`],
      ['one endless event', `${HEAD}data: ${'x'.repeat(200_000)}`],
      ['HTML', 'HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 6\r\n\r\n<html>'],
    ];
    for (const [name, answer] of cases) {
      it(`${name}: 502 for a client that wants JSON`, async () => {
        await start(answer);
        const response = await post(`${gateway.url}/v1/completions`, { prompt: 'a' });
        const text = await response.text();
        expect([response.status, JSON.parse(text).error.code]).to.deep.equal([502, 'engine_failed']);
        expect(gateway.inFlight).to.equal(0);
      });
    }
  });

  it('a client that reads nothing while 50 MB come: the engine waits, and memory stays bounded', async () => {
    const block = token('y'.repeat(32 * 1024));
    const blocks = Math.ceil((50 * 1024 * 1024) / block.length);
    let written = 0;
    const pour: Script = (response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      const go = (): void => {
        while (written < blocks) {
          written += 1;
          if (!response.write(block)) return void response.once('drain', go);
        }
        response.end(DONE);
      };
      go();
    };
    const setup = await setUp('single', [[silent, pour]]);
    const { port } = new URL(setup.gateway.url);
    const body = '{"prompt":"a","stream":true}';
    const socket = connect(Number(port), '127.0.0.1');
    socket.pause();
    socket.write(`POST /v1/completions HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: ${body.length}\r\n\r\n${body}`);
    let last = -1;
    await eventually('the engine waits', async () => {
      const stands = written > 0 && written === last;
      last = written;
      await new Promise((resolve) => setTimeout(resolve, 150));
      return stands;
    });
    // Kernel buffers of four sockets on loopback hold a few MB each; what counts is that the rest stays in the engine.
    expect(written * block.length).to.be.below(30 * 1024 * 1024);
    let received = 0;
    socket.on('data', (chunk) => (received += chunk.length));
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.resume();
    await closed;
    expect(received).to.be.above(blocks * block.length);
    expect(setup.dispatcher.seen[0]!.tokens).to.equal(blocks);
    await setup.close();
  }).timeout(30_000);

  it('a request whose client has left is gone at the engines while others go on', async () => {
    const setup = await setUp('together', [[prefilled, (response) => sse(response, token(), false)]]);
    const url = `${setup.gateway.url}/v1/completions`;
    const staying = new AbortController();
    const stays = await post(url, { prompt: 'a', stream: true }, staying.signal);
    const leaving = new AbortController();
    await post(url, { prompt: 'a', stream: true }, leaving.signal);
    leaving.abort();
    await eventually('its leg is closed', () => setup.decodes[0]!.abandoned() === 1, 2000);
    expect(setup.gateway.inFlight).to.equal(1);
    expect(setup.dispatcher.seen.map(({ ended }) => ended.map(({ how }) => how))).to.deep.equal([[], ['cancelled']]);
    expect(payloadsOf(new TextDecoder().decode((await stays.body!.getReader().read()).value))).to.have.length(1);
    staying.abort();
    await setup.close();
  });
});

describe('gateway: an engine that restarts', () => {
  it('is found again at once: connections of its former life cost nobody a request', async () => {
    const serve = (port: number): Promise<HttpServer> =>
      new Promise((resolve) => {
        const server = createHttpServer((request, response) => {
          request.resume().on('end', () => sse(response, token(' a') + DONE));
        });
        server.listen(port, '127.0.0.1', () => resolve(server));
      });
    const stop = (server: HttpServer): Promise<void> =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    let server = await serve(0);
    const { port } = server.address() as AddressInfo;
    const instance: LaunchedInstance = { id: 'd0', role: 'decode', gpuCount: 1, endpoints: { url: `http://127.0.0.1:${port}` } };
    const dispatcher = recordingDispatcher(instance, instance);
    const gateway = await startGateway({ host: '127.0.0.1', port: 0, dialect: plainDialect('single'), dispatcher, time: realTime() });
    const ask = async (): Promise<number> => {
      const response = await post(`${gateway.url}/v1/completions`, { prompt: 'a', stream: true });
      await response.text();
      return response.status;
    };
    for (let life = 0; life < 3; life += 1) {
      expect(await Promise.all(Array.from({ length: 8 }, ask))).to.deep.equal(Array<number>(8).fill(200));
      await stop(server);
      server = await serve(port);
    }
    await stop(server);
    expect(await ask(), 'and while it is away').to.equal(502);
    expect(dispatcher.legs.filter(({ outcome }) => outcome === 'failed')).to.have.length.of.at.least(4);
    await gateway.close();
  });
});

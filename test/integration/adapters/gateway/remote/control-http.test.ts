import { createServer, request as httpRequest, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { apiErrorOf } from '../../../../../src/adapters/gateway/api-error.ts';
import { sendApiError, jsonEndpoint } from '../../../../../src/adapters/gateway/http.ts';
import type { Handler } from '../../../../../src/adapters/gateway/options.ts';
import { askControl, serveControl } from '../../../../../src/adapters/gateway/remote/control-http.ts';
import { until } from '../../../../fixtures/programs.ts';

describe('what workers let the control process answer', () => {
  let control: Awaited<ReturnType<typeof serveControl>>;
  let worker: Server;
  let url: string;
  let open = 0;
  const stream: Handler = (request, response) => {
    open += 1;
    response.once('close', () => (open -= 1));
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(`data: ${String(request.headers['last-event-id'])}\n\n`);
  };
  const broken: Handler = () => {
    throw new Error('broken');
  };

  before(async () => {
    control = await serveControl({ '/json': jsonEndpoint(() => ({ a: 1 })), '/stream': stream, '/broken': broken }, () =>
      Promise.resolve(),
    );
    const handlers = askControl(control.address, ['/json', '/stream', '/broken', '/unknown']);
    worker = createServer((request, response) => {
      Promise.resolve(handlers[request.url!]!(request, response)).catch((error: unknown) => sendApiError(response, apiErrorOf(error)));
    }).listen(0, '127.0.0.1');
    await once(worker, 'listening');
    url = `http://127.0.0.1:${(worker.address() as AddressInfo).port}`;
  });
  after(async () => {
    await control.close();
    worker.closeAllConnections();
    await new Promise((resolve) => worker.close(resolve));
  });

  it('passes status, headers and body on as they are', async () => {
    const answer = await fetch(`${url}/json`);
    expect([answer.status, answer.headers.get('content-type'), await answer.json()]).to.deep.equal([200, 'application/json', { a: 1 }]);
    for (const [path, status] of [
      ['/broken', 500],
      ['/unknown', 404],
    ] as const)
      expect((await fetch(url + path)).status).to.equal(status);
  });

  it('streams, with what the client has seen, and ends upstream when the client leaves', async () => {
    const leave = new AbortController();
    const answer = await fetch(`${url}/stream`, { headers: { 'last-event-id': 'x.7' }, signal: leave.signal });
    const { value } = await answer.body!.getReader().read();
    expect(Buffer.from(value).toString()).to.equal('data: x.7\n\n');
    expect(open).to.equal(1);
    leave.abort();
    await until('it ended upstream', () => open === 0);
  });

  it('answers nobody who does not know the key', async () => {
    const { port, key } = control.address;
    for (const said of [undefined, '', 'x'.repeat(key.length), 'é'.repeat(key.length / 2)]) {
      const headers = said === undefined ? {} : { 'x-voltana-worker': said };
      const status = await new Promise((resolve, reject) => {
        const asked = httpRequest({ port, host: '127.0.0.1', path: '/json', headers, agent: false }, (answer) => {
          answer.resume();
          resolve(answer.statusCode);
        });
        asked.once('error', reject).end();
      });
      expect(status).to.equal(403);
    }
  });

  it('says 503 when the control process is gone', async () => {
    const gone = await serveControl({}, () => Promise.resolve());
    await gone.close();
    const handler = askControl(gone.address, ['/json'])['/json']!;
    const server = createServer((request, response) => {
      Promise.resolve(handler(request, response)).catch((error: unknown) => sendApiError(response, apiErrorOf(error)));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const answer = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/json`);
    expect([answer.status, ((await answer.json()) as { error: { code: string } }).error.code]).to.deep.equal([503, 'no_control']);
    server.closeAllConnections();
    server.close();
  });
});

/**
 * The least that a relay on Node can do: node:http towards clients, undici's `dispatch` towards engines, every chunk written as it came, and
 * the engine held back while a client is slow. It looks at nothing and routes in turn.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Agent, type Dispatcher } from 'undici';

const agent = new Agent({ headersTimeout: 0, bodyTimeout: 0 });
const origins = process.argv.slice(2).map((port) => `http://127.0.0.1:${port}`);
let next = 0;

const handlerFor = (response: ServerResponse): Dispatcher.DispatchHandler => {
  let controller: Dispatcher.DispatchController;
  response.once('close', () => {
    if (!response.writableFinished) controller.abort(new Error('the client has gone'));
  });
  return {
    onRequestStart(started) {
      controller = started;
    },
    onResponseStart(_controller, status, headers) {
      response.writeHead(status, { 'content-type': headers['content-type'] });
    },
    onResponseData(_controller, chunk) {
      if (response.write(chunk)) return;
      controller.pause();
      response.once('drain', () => controller.resume());
    },
    onResponseEnd: () => void response.end(),
    onResponseError: () => void response.destroy(),
  };
};

const relay = (request: IncomingMessage, response: ServerResponse): void => {
  const body: Buffer[] = [];
  request.on('data', (chunk: Buffer) => body.push(chunk));
  request.on('end', () => {
    const origin = origins[(next += 1) % origins.length]!;
    const headers = { 'content-type': 'application/json' };
    agent.dispatch({ origin, path: request.url!, method: 'POST', headers, body: Buffer.concat(body) }, handlerFor(response));
  });
};

const server = createServer(relay).listen(0, '127.0.0.1', 4096, () => {
  process.stdout.write(`${JSON.stringify({ port: (server.address() as AddressInfo).port })}\n`);
});
process.stdin.resume().on('end', () => process.exit(0));

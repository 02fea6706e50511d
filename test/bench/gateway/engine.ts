/**
 * A scripted engine in a process of its own, on four ports: two that prefill, two that decode. It writes HTTP by hand, so that it is
 * never the one that limits. `max_tokens` of a request says how many events its stream has, `user` of the form `every-MS` how far they
 * are apart: without it they come as fast as they are taken, and `every-0` is silent after the first one until the client leaves.
 */
import { createServer, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { answerTo } from './engine/answers.ts';
import { RequestReader } from './engine/request-reader.ts';

const ROLES = ['prefill', 'prefill', 'decode', 'decode'] as const;
type EngineRole = (typeof ROLES)[number];

const serve = (role: EngineRole, port: () => number) => (socket: Socket) => {
  socket.setNoDelay(true);
  socket.on('error', () => socket.destroy());
  const reader = new RequestReader((head, body) => answerTo(socket, { role, port: port() }, head, body));
  socket.on('data', (chunk) => reader.push(chunk));
};

const listen = (role: EngineRole): Promise<number> =>
  new Promise((resolve) => {
    let port = 0;
    const server = createServer(serve(role, () => port));
    server.listen(0, '127.0.0.1', 4096, () => {
      ({ port } = server.address() as AddressInfo);
      resolve(port);
    });
  });

process.stdin.resume().on('end', () => process.exit(0));
const ports = await Promise.all(ROLES.map(listen));
process.stdout.write(`${JSON.stringify({ prefill: ports.slice(0, 2), decode: ports.slice(2) })}\n`);

/**
 * A scripted endpoint in a process of its own. It writes HTTP by hand and all its streams hang on one timer, so that it is never the one
 * that limits. `max_tokens` of a request says how many events its answer has; the arguments say how far apart they are and when the first
 * one comes: node server.ts EVERY_MS FIRST_MS. With EVERY_MS 0 they come in bulk, as fast as they are taken.
 */
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { STREAM_HEAD } from '../gateway/engine/events.ts';
import { RequestReader } from '../gateway/engine/request-reader.ts';
import { lastEvents, modelList, TOKEN_EVENT } from './answers.ts';
import { Wheel } from './wheel.ts';

const [everyMs, firstMs] = process.argv.slice(2).map(Number) as [number, number];
const MAX_TOKENS = /"(?:max_tokens|max_completion_tokens)": *(\d+)/;
/** Of events in one write. */
const BULK = 50;
const BULK_EVENTS = Buffer.concat(Array.from({ length: BULK }, () => TOKEN_EVENT));

const wheel = new Wheel();

const paced = (socket: Socket, tokens: number, ending: Buffer): void => {
  let left = tokens;
  const step = (): boolean => {
    if (socket.destroyed) return false;
    left -= 1;
    if (left > 0) return socket.write(TOKEN_EVENT) || true;
    socket.write(Buffer.concat([TOKEN_EVENT, ending]));
    return false;
  };
  wheel.every(everyMs, firstMs, step);
};

const bulk = (socket: Socket, tokens: number, ending: Buffer): void => {
  let left = tokens;
  const more = (): void => {
    if (socket.destroyed) return;
    const taken = Math.min(BULK, left);
    left -= taken;
    const events = BULK_EVENTS.subarray(0, taken * TOKEN_EVENT.length);
    socket.write(left === 0 ? Buffer.concat([events, ending]) : events);
    if (left > 0) setImmediate(more);
  };
  more();
};

const answer = (socket: Socket, head: string, body: string): void => {
  if (!head.startsWith('POST')) return void socket.write(modelList);
  const tokens = Number(MAX_TOKENS.exec(body)?.[1] ?? 1);
  socket.write(STREAM_HEAD);
  (everyMs === 0 ? bulk : paced)(socket, tokens, lastEvents(tokens));
};

const server = createServer((socket) => {
  socket.setNoDelay(true);
  socket.on('error', () => socket.destroy());
  const reader = new RequestReader((head, body) => answer(socket, head, body));
  socket.on('data', (chunk) => reader.push(chunk));
});
process.stdin.resume().on('end', () => process.exit(0));
server.listen(0, '127.0.0.1', 16_384, () => {
  process.stdout.write(`${JSON.stringify({ port: (server.address() as AddressInfo).port })}\n`);
});

import type { Socket } from 'node:net';
import { textEvent } from '../stream/sse-server.ts';
import { CHUNKED_HEAD, chunked, EVENTS_HEAD, LAST_CHUNK, type RawAnswer } from './raw-server.ts';

const STREAM = `${textEvent('à')}${textEvent('b', 'length')}data: [DONE]\n\n`;
const inChunks = [...STREAM.matchAll(/[^]{1,25}/g)].map(([piece]) => chunked(piece)).join('');

const say =
  (text: string, end = false): RawAnswer =>
  (socket) =>
    void (end ? socket.end(text) : socket.write(text));

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
/** Cut everywhere: within characters, lines, sizes of chunks and the head. */
const byteByByte = async (socket: Socket, text: string): Promise<void> => {
  socket.setNoDelay(true);
  for (const byte of Buffer.from(text)) {
    socket.write(Buffer.of(byte));
    await turn();
  }
};
const reset =
  (text: string): RawAnswer =>
  (socket) =>
    void socket.write(text, () => socket.resetAndDestroy());

/** What servers answer, byte for byte. Every load tells the same of each. */
export const RAW_ANSWERS: Readonly<Record<string, RawAnswer>> = {
  'a stream in chunks': say(`${CHUNKED_HEAD}${inChunks}${LAST_CHUNK}`),
  'a stream in chunks, byte by byte': (socket) => byteByByte(socket, `${CHUNKED_HEAD}${inChunks}${LAST_CHUNK}`),
  'a stream in chunks whose connection is closed after it': say(
    `${CHUNKED_HEAD.replace('\r\n\r\n', '\r\nconnection: close\r\n\r\n')}${inChunks}${LAST_CHUNK}`,
    true,
  ),
  'a stream of a known length': say(`${EVENTS_HEAD}content-length: ${Buffer.byteLength(STREAM)}\r\n\r\n${STREAM}`),
  'a stream that ends with its connection': say(`${EVENTS_HEAD}connection: close\r\n\r\n${STREAM}`, true),
  'a stream of HTTP/1.0': say(`${EVENTS_HEAD.replace('1.1', '1.0')}\r\n${STREAM}`, true),
  'half a stream that ends with its connection': say(`${EVENTS_HEAD}connection: close\r\n\r\n${textEvent('a')}`, true),
  'a stream that breaks off within a chunk': say(`${CHUNKED_HEAD}${chunked(textEvent('a'))}40\r\ndata: {`, true),
  'a stream that breaks off between chunks': say(`${CHUNKED_HEAD}${chunked(textEvent('a'))}`, true),
  'a reset within a stream': reset(`${CHUNKED_HEAD}${chunked(textEvent('a'))}`),
  'a reset instead of an answer': (socket) => void socket.resetAndDestroy(),
  'no answer': (socket) => void socket.end(),
  'half a head': say('HTTP/1.1 200 OK\r\ncontent-ty', true),
  'no HTTP': say('SSH-2.0-OpenSSH_9.2\r\n\r\n'),
  'a chunk without a size': say(`${CHUNKED_HEAD}${chunked(textEvent('a'))}zz\r\n`, true),
  'HTTP 429': say('HTTP/1.1 429 Too Many Requests\r\ncontent-length: 4\r\n\r\nslow'),
  'HTTP 503 without a body': say('HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n'),
  'HTTP 500 in chunks': say(`HTTP/1.1 500 Oops\r\ntransfer-encoding: chunked\r\n\r\n${chunked('kaputt')}${LAST_CHUNK}`),
  'HTTP 204': say('HTTP/1.1 204 No Content\r\n\r\n'),
  'JSON instead of a stream': say('HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 7\r\n\r\n{"x":1}'),
  'an event that is an error': say(`${CHUNKED_HEAD}${chunked(textEvent('a'))}${chunked('data: {"error":{"message":"no KV"}}\n\n')}`),
};

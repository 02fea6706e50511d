import { once } from 'node:events';
import { createServer as createPlain, type AddressInfo, type Socket } from 'node:net';
import { createServer as createTls, type TlsOptions } from 'node:tls';

/** Answers one request, byte by byte as it likes. @param index of the request, over all connections */
export type RawAnswer = (socket: Socket, index: number, request: string) => void | Promise<void>;

export interface RawServer {
  readonly port: number;
  readonly url: string;
  /** Heads and bodies as they came. */
  readonly requests: readonly string[];
  connections(): number;
  close(): Promise<void>;
}

const lengthOf = (head: string): number => Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0);

/** Cuts requests out of what a connection brings. */
const readRequests = (socket: Socket, onRequest: (request: string) => void): void => {
  let text = '';
  socket.setEncoding('utf8').on('data', (piece: string) => {
    text += piece;
    for (let end = text.indexOf('\r\n\r\n'); end >= 0; end = text.indexOf('\r\n\r\n')) {
      const size = end + 4 + lengthOf(text.slice(0, end));
      if (text.length < size) return;
      onRequest(text.slice(0, size));
      text = text.slice(size);
    }
  });
  socket.on('error', () => {});
};

/** A server that speaks bytes, for what no HTTP library would send. */
export const startRawServer = async (answer: RawAnswer, tls?: TlsOptions): Promise<RawServer> => {
  const requests: string[] = [];
  const sockets = new Set<Socket>();
  let connections = 0;
  const serve = (socket: Socket): void => {
    connections += 1;
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    readRequests(socket, (request) => void answer(socket, requests.push(request) - 1, request));
  };
  const server = tls === undefined ? createPlain(serve) : createTls(tls, serve);
  server.on('tlsClientError', () => {});
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    requests,
    connections: () => connections,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
};

export const EVENTS_HEAD = 'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n';
export const CHUNKED_HEAD = `${EVENTS_HEAD}transfer-encoding: chunked\r\n\r\n`;
export const LAST_CHUNK = '0\r\n\r\n';
export const chunked = (text: string): string => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;

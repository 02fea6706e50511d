import { readFile } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { VoltanaError } from '../../domain/errors.ts';
import { ApiError } from './api-error.ts';
import type { GatewayLimits } from './limits.ts';

export interface TlsFiles {
  readonly certFile: string;
  readonly keyFile: string;
}

/** Often enough that a slow client is cut off soon after its time. */
const CHECKS_PER_TIMEOUT = 4;

const serverOptions = (limits: GatewayLimits): ServerOptions => ({
  keepAliveTimeout: limits.keepAliveMs,
  headersTimeout: limits.headersTimeoutMs,
  requestTimeout: limits.receiveTimeoutMs,
  connectionsCheckingInterval: Math.ceil(Math.min(limits.headersTimeoutMs, limits.receiveTimeoutMs) / CHECKS_PER_TIMEOUT),
  maxHeaderSize: limits.maxHeaderBytes,
});

const REFUSALS: Readonly<Record<string, ApiError>> = {
  HPE_HEADER_OVERFLOW: new ApiError(431, 'the headers are too large', { code: 'headers_too_large' }),
  ERR_HTTP_REQUEST_TIMEOUT: new ApiError(408, 'the request did not arrive in time', { code: 'request_timeout' }),
};
const MALFORMED = new ApiError(400, 'this is no HTTP request', { code: 'malformed_request' });

/** What the parser refuses has no response object: the answer is written by hand. */
const refuse = (error: NodeJS.ErrnoException, socket: Socket): void => {
  if (!socket.writable || error.code === 'ECONNRESET') return void socket.destroy();
  const refusal = REFUSALS[error.code ?? ''] ?? MALFORMED;
  const text = refusal.text();
  const head = `HTTP/1.1 ${refusal.status} Refused\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(text)}\r\nconnection: close\r\n\r\n`;
  socket.end(head + text, () => socket.destroy());
};

const readTlsFile = async (what: string, file: string): Promise<Buffer> => {
  try {
    return await readFile(file);
  } catch (cause) {
    throw new VoltanaError('FILE_UNREADABLE', `the gateway's ${what} ${file} cannot be read: ${(cause as Error).message}`, { cause });
  }
};

const tlsServer = async (options: ServerOptions, { certFile, keyFile }: TlsFiles, listener: RequestListener): Promise<Server> => {
  const [cert, key] = await Promise.all([readTlsFile('certificate', certFile), readTlsFile('private key', keyFile)]);
  try {
    return createTlsServer({ ...options, cert, key }, listener);
  } catch (cause) {
    const hint = 'Use PEM files: a certificate (with its chain) and the private key that belongs to it.';
    throw new VoltanaError('FILE_MALFORMED', `${certFile} and ${keyFile} make no TLS server: ${(cause as Error).message}`, { cause, hint });
  }
};

/** @throws VoltanaError FILE_UNREADABLE or FILE_MALFORMED for TLS files that do not serve */
export const makeServer = async (limits: GatewayLimits, tls: TlsFiles | undefined, listener: RequestListener): Promise<Server> => {
  const options = serverOptions(limits);
  const server = tls === undefined ? createServer(options, listener) : await tlsServer(options, tls, listener);
  server.on('clientError', refuse);
  return server;
};

const listenFailure = (host: string, port: number, cause: NodeJS.ErrnoException): VoltanaError => {
  if (cause.code === 'EADDRINUSE')
    return new VoltanaError('PORT_TAKEN', `the gateway's port ${port} on ${host} is already in use`, { cause });
  if (cause.code === 'EACCES') {
    return new VoltanaError('PORT_TAKEN', `the gateway may not listen on port ${port}`, { cause, hint: 'Choose a port above 1023.' });
  }
  return new VoltanaError('BAD_VALUE', `the gateway cannot listen on ${host}: ${cause.message}`, {
    cause,
    hint: 'Use an address of this machine, such as 127.0.0.1.',
  });
};

/** @returns the base URL. @throws VoltanaError PORT_TAKEN, or BAD_VALUE for a host that is not ours */
export const listen = (server: Server, host: string, port: number, scheme: 'http' | 'https'): Promise<string> =>
  new Promise((resolve, reject) => {
    server.once('error', (cause) => reject(listenFailure(host, port, cause)));
    server.listen(port, host, () => {
      const { address, family, port: taken } = server.address() as AddressInfo;
      resolve(`${scheme}://${family === 'IPv6' ? `[${address}]` : address}:${taken}`);
    });
  });

/** Stops accepting and destroys open sockets. */
export const closeServer = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });

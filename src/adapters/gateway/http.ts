import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { VoltanaError } from '../../domain/errors.ts';

/** Answers with JSON, unless the client has gone or an answer has begun. */
export const sendJson = (response: ServerResponse, status: number, body: unknown): void => {
  if (response.destroyed || response.headersSent) return;
  const text = JSON.stringify(body);
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
  response.end(text);
};

export const sendError = (response: ServerResponse, status: number, message: string): void =>
  sendJson(response, status, { error: { message, code: status } });

/**
 * Reads a body. @returns null when it has more than `limitBytes`
 * The surplus is read and dropped: a client that is cut off while sending would never see the refusal.
 */
export const readBody = async (request: IncomingMessage, limitBytes: number): Promise<Buffer | null> => {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    sizeBytes += chunk.length;
    if (sizeBytes <= limitBytes) chunks.push(chunk);
    else chunks.length = 0;
  }
  return sizeBytes <= limitBytes ? Buffer.concat(chunks) : null;
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
export const listen = (server: Server, host: string, port: number): Promise<string> =>
  new Promise((resolve, reject) => {
    server.once('error', (cause) => reject(listenFailure(host, port, cause)));
    server.listen(port, host, () => {
      const { address, family, port: taken } = server.address() as AddressInfo;
      resolve(`http://${family === 'IPv6' ? `[${address}]` : address}:${taken}`);
    });
  });

/** Stops accepting and destroys open sockets. */
export const closeServer = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });

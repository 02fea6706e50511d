import { readFile } from 'node:fs/promises';
import { createServer, type Server, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { AgentTcp } from '../../domain/agent.ts';
import { VoltanaError } from '../../domain/errors.ts';
import type { Time } from '../../ports/time.ts';
import { identifyByCertificate } from './certificates.ts';
import type { Identify, Listener } from './desk.ts';
import { Guesses } from './guesses.ts';
import { hardened, SERVER_OPTIONS } from './listen.ts';
import { Tokens } from './tokens.ts';
import { readSecret } from './trust.ts';

const HANDSHAKE_TIMEOUT_MS = 5000;

const read = async (what: string, file: string): Promise<Buffer> => {
  try {
    return await readFile(file);
  } catch (cause) {
    throw new VoltanaError('FILE_UNREADABLE', `the agent's ${what} ${file} cannot be read: ${(cause as Error).message}`, { cause });
  }
};

const byToken = async (tokensFile: string, time: Pick<Time, 'nowMs'>): Promise<Identify> => {
  const tokens = new Tokens(await readSecret(tokensFile), tokensFile);
  const guesses = new Guesses(() => time.nowMs());
  return ({ headers, socket }) => guesses.guard(socket.remoteAddress ?? 'nowhere', () => tokens.callerOf(headers.authorization));
};

/** How clients of a TLS port prove who they are. @throws VoltanaError FILE_UNREADABLE, FILE_MALFORMED, NOT_PERMITTED */
export const identifyClients = (tcp: AgentTcp, time: Pick<Time, 'nowMs'>): Promise<Identify> =>
  tcp.tokensFile === undefined ? Promise.resolve(identifyByCertificate(tcp)) : byToken(tcp.tokensFile, time);

const tlsOptions = async ({ tls, clientCaFile }: AgentTcp): Promise<ServerOptions> => {
  const [cert, key] = await Promise.all([read('certificate', tls.certFile), readSecret(tls.keyFile)]);
  const identified = { cert, key, minVersion: 'TLSv1.2', handshakeTimeout: HANDSHAKE_TIMEOUT_MS } as const;
  if (clientCaFile === undefined) return identified;
  return { ...identified, ca: await read('client CA', clientCaFile), requestCert: true, rejectUnauthorized: true };
};

/** @throws VoltanaError FILE_UNREADABLE, FILE_MALFORMED, NOT_PERMITTED for a key that others may read */
export const tlsServer = async (tcp: AgentTcp, listener: Listener): Promise<Server> => {
  const options = await tlsOptions(tcp);
  try {
    return hardened(createServer({ ...SERVER_OPTIONS, ...options }, listener));
  } catch (cause) {
    throw new VoltanaError('FILE_MALFORMED', `${tcp.tls.certFile} and ${tcp.tls.keyFile} make no TLS server: ${(cause as Error).message}`, {
      cause,
      hint: 'Use PEM files: a certificate (with its chain) and the private key that belongs to it.',
    });
  }
};

const failure = (host: string, port: number, cause: NodeJS.ErrnoException): VoltanaError => {
  if (cause.code === 'EADDRINUSE') return new VoltanaError('PORT_TAKEN', `port ${port} on ${host} is already in use`, { cause });
  if (cause.code === 'EACCES')
    return new VoltanaError('PORT_TAKEN', `the agent may not listen on port ${port}`, { cause, hint: 'Choose a port above 1023.' });
  return new VoltanaError('BAD_VALUE', `the agent cannot listen on ${host}: ${cause.message}`, {
    cause,
    hint: 'Use an address of this machine.',
  });
};

/** @returns the base URL. @throws VoltanaError PORT_TAKEN or BAD_VALUE */
export const listenOnPort = (server: Server, { host, port }: AgentTcp): Promise<string> =>
  new Promise((resolve, reject) => {
    server.once('error', (cause) => reject(failure(host, port, cause)));
    server.listen(port, host, () => {
      const { address, family, port: taken } = server.address() as AddressInfo;
      resolve(`https://${family === 'IPv6' ? `[${address}]` : address}:${taken}`);
    });
  });

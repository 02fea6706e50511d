import { randomInt } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { VoltanaError } from '../../domain/errors.ts';

const ANY_PORT = 0;
/** Ports below are often named by people. */
const FIRST_PORT = 10_000;
/** On a Kubernetes node the ports from here on may lead to a service, whoever listens there (its default --service-node-port-range). */
const FIRST_NODE_PORT = 30_000;
/** First port of RFC 6335 that a system may give to any connection that leaves the machine; Linux says its own. */
const FIRST_EPHEMERAL = 49_152;
const LINUX_EPHEMERAL = '/proc/sys/net/ipv4/ip_local_port_range';
const TRIES = 20;

const describe = (host: string, port: number, cause: NodeJS.ErrnoException): VoltanaError => {
  if (cause.code === 'EADDRINUSE') return new VoltanaError('PORT_TAKEN', `Port ${port} on ${host} is taken.`, { cause });
  if (cause.code === 'EACCES') {
    return new VoltanaError('PORT_TAKEN', `Port ${port} on ${host} may not be used.`, {
      cause,
      hint: 'Choose a port above 1023, or leave it out to get a free one.',
    });
  }
  return new VoltanaError('BAD_VALUE', `Cannot listen on ${host}:${port}: ${cause.message}.`, {
    cause,
    hint: 'Use an address of this machine, such as 127.0.0.1.',
  });
};

/** Listens for a moment. @returns the port that it got */
const tryListen = (host: string, port: number): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error) => reject(describe(host, port, error)));
    server.listen({ host, port, exclusive: true }, () => {
      const { port: got } = server.address() as AddressInfo;
      server.close(() => resolve(got));
    });
  });

export interface PortRange {
  readonly first: number;
  /** The first one that is no longer in it; at or below `first` where there is none. */
  readonly end: number;
}

/** Ports that nobody gets unasked. @param ephemeral first and last port of connections that leave, as Linux tells them; empty: unknown */
export const quietPorts = (ephemeral: string): PortRange => ({
  first: FIRST_PORT,
  end: Math.min(Number.parseInt(ephemeral, 10) || FIRST_EPHEMERAL, FIRST_NODE_PORT),
});

/**
 * A port that was free a moment ago. Prefer listening on port 0 yourself where that is possible.
 * It is none that the system gives to connections that leave this machine: those would take it before whoever asked listens.
 * @param range where to choose; the system chooses where nothing of it is free
 */
export async function freePort(host: string, range?: PortRange): Promise<number> {
  const { first, end } = range ?? quietPorts(await readFile(LINUX_EPHEMERAL, 'utf8').catch(() => ''));
  for (let tries = 0; tries < TRIES && end > first; tries++) {
    try {
      return await tryListen(host, randomInt(first, end));
    } catch (error) {
      if (!(error instanceof VoltanaError && error.code === 'PORT_TAKEN')) throw error;
    }
  }
  return tryListen(host, ANY_PORT);
}

/** @throws PORT_TAKEN when something listens there or we may not; BAD_VALUE when `host` is not ours */
export const assertPortFree = async (host: string, port: number): Promise<void> => {
  await tryListen(host, port);
};

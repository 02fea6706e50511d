import { createServer, type AddressInfo } from 'node:net';
import { VoltanaError } from '../../domain/errors.ts';

const ANY_PORT = 0;

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

/** A port that was free a moment ago. Prefer listening on port 0 yourself where that is possible. */
export const freePort = (host: string): Promise<number> => tryListen(host, ANY_PORT);

/** @throws PORT_TAKEN when something listens there or we may not; BAD_VALUE when `host` is not ours */
export const assertPortFree = async (host: string, port: number): Promise<void> => {
  await tryListen(host, port);
};

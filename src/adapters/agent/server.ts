import type { Server } from 'node:http';
import type { AgentConfig } from '../../domain/agent.ts';
import type { ClockCustodian } from '../../ports/clock-custodian.ts';
import type { Time } from '../../ports/time.ts';
import { Desk } from './desk.ts';
import type { Libc } from './libc.ts';
import { closeServer, plainServer } from './listen.ts';
import { identifyClients, listenOnPort, tlsServer } from './tls.ts';
import type { MakeFolder } from './make-folder.ts';
import { identifyPeers, listenOnSocket } from './unix-socket.ts';

export interface AgentServerOptions {
  readonly makeFolder: MakeFolder;
  readonly custodian: ClockCustodian;
  readonly time: Pick<Time, 'nowMs'>;
  readonly listen: AgentConfig['listen'];
  readonly libc: Libc | null;
  /** Somebody was refused for who he is. */
  readonly onRefused: (identity: string, what: string) => void;
}

export interface AgentServer {
  /** As clients name them: `unix:/path` and `https://host:port`. */
  readonly addresses: readonly string[];
  /** Idempotent. What is being answered ends within a second or is cut off. */
  close(): Promise<void>;
}

const GRACE_MS = 1000;

/**
 * Serves a custodian on a Unix socket, a TLS port, or both.
 * @throws VoltanaError PORT_TAKEN, NOT_PERMITTED, BAD_VALUE, UNKNOWN_ID, FILE_UNREADABLE or FILE_MALFORMED, with nothing left open
 */
export const startAgentServer = async ({ listen, libc, makeFolder, ...rest }: AgentServerOptions): Promise<AgentServer> => {
  const desk = new Desk(rest);
  const opened: Server[] = [];
  const addresses: string[] = [];
  const close = async (): Promise<void> => {
    desk.close();
    await Promise.all(opened.splice(0).map((server) => closeServer(server, GRACE_MS)));
  };
  try {
    if (listen.socket !== null) {
      const server = plainServer(desk.listener(await identifyPeers(libc, listen.socket)));
      opened.push(server);
      await listenOnSocket(server, listen.socket, makeFolder);
      addresses.push(`unix:${listen.socket.path}`);
    }
    if (listen.tcp !== null) {
      const server = await tlsServer(listen.tcp, desk.listener(await identifyClients(listen.tcp, rest.time)));
      opened.push(server);
      addresses.push(await listenOnPort(server, listen.tcp));
    }
    return { addresses, close };
  } catch (error) {
    await close();
    throw error;
  }
};

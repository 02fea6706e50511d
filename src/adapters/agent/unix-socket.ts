import type { Server } from 'node:http';
import { chmod, chown, lstat, unlink } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { dirname } from 'node:path';
import type { AgentSocket } from '../../domain/agent.ts';
import { VoltanaError } from '../../domain/errors.ts';
import { groupId, userNames } from './accounts.ts';
import type { Caller } from './caller.ts';
import type { Identify } from './desk.ts';
import type { Libc } from './libc.ts';
import type { MakeFolder } from './make-folder.ts';
import { assertTrustedFolder } from './trust.ts';

const FOLDER_MODE = 0o755;
const MODE_OF_GROUP = 0o660;
const MODE_OF_OWNER = 0o600;
/** What the socket must not be, even for the moment until its owner and mode are set. */
const CLOSED_UMASK = 0o177;
/** Linux keeps the path in 108 bytes with a zero behind it. */
const LONGEST_PATH_BYTES = 107;
const PROBE_TIMEOUT_MS = 1000;

const answers = (path: string): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(path);
    const tell = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    // Whoever listens and is too busy to answer is alive as well.
    socket.setTimeout(PROBE_TIMEOUT_MS, () => tell(true));
    socket
      .once('connect', () => tell(true))
      .once('error', ({ code }: NodeJS.ErrnoException) => tell(code !== 'ECONNREFUSED' && code !== 'ENOENT'));
  });

/** Removes what an agent that was killed has left. @throws VoltanaError PORT_TAKEN */
const removeStale = async (path: string): Promise<void> => {
  const stats = await lstat(path).catch(() => null);
  if (stats === null) return;
  if (!stats.isSocket())
    throw new VoltanaError('PORT_TAKEN', `${path} is there and no socket`, {
      hint: 'Move it away, or choose another path with listen.socket.path.',
    });
  if (await answers(path)) {
    throw new VoltanaError('PORT_TAKEN', `an agent already listens on ${path}`, {
      hint: 'Stop that one first (systemctl stop voltana-agent), or choose another path with listen.socket.path.',
    });
  }
  await unlink(path);
};

const bindTo = (server: Server, path: string): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    // The file is made within this call, so that nothing else is made with this mask.
    const before = process.umask(CLOSED_UMASK);
    server.listen(path, () => {
      server.off('error', reject);
      resolve();
    });
    process.umask(before);
  });

const failure = (path: string, cause: NodeJS.ErrnoException): VoltanaError => {
  if (cause.code === 'EADDRINUSE') return new VoltanaError('PORT_TAKEN', `an agent already listens on ${path}`, { cause });
  return new VoltanaError('NOT_PERMITTED', `the agent cannot listen on ${path}: ${cause.message}`, {
    cause,
    hint: `Start it as root, or choose a path in a folder of your own with listen.socket.path.`,
  });
};

/**
 * Listens on a socket that root, the agent's own user and the group may use; nobody else can even connect.
 * @throws VoltanaError PORT_TAKEN, NOT_PERMITTED, UNKNOWN_ID for a group that is none, BAD_VALUE for a path that is too long
 */
export const listenOnSocket = async (server: Server, { path, group }: AgentSocket, makeFolder: MakeFolder): Promise<void> => {
  if (Buffer.byteLength(path) > LONGEST_PATH_BYTES)
    throw new VoltanaError('BAD_VALUE', `the socket path ${path} has more than ${LONGEST_PATH_BYTES} bytes`, {
      hint: 'Choose a shorter one with listen.socket.path.',
    });
  const gid = group === null ? null : await groupId(group);
  try {
    await makeFolder(dirname(path), FOLDER_MODE);
    await assertTrustedFolder(dirname(path));
    await removeStale(path);
    await bindTo(server, path);
    if (gid !== null) await chown(path, process.getuid?.() ?? 0, gid);
    await chmod(path, gid === null ? MODE_OF_OWNER : MODE_OF_GROUP);
  } catch (error) {
    throw error instanceof VoltanaError ? error : failure(path, error as NodeJS.ErrnoException);
  }
};

/** Without the kernel's word only the socket's mode speaks: where no group may use it, it was root or our own user. */
const unknownPeer = (group: string | null): Caller => ({ identity: 'local', role: group === null ? 'operator' : 'holder' });

/** Asks the kernel once per connection. */
export const identifyPeers = async (libc: Libc | null, { group }: AgentSocket): Promise<Identify> => {
  const nameOf = await userNames();
  const known = new WeakMap<Socket, Caller>();
  const callerOf = (socket: Socket): Caller => {
    const peer = libc?.peerOf(socket) ?? null;
    if (peer === null) return unknownPeer(group);
    const isOperator = peer.uid === 0 || peer.uid === process.getuid?.();
    return { identity: nameOf(peer.uid), role: isOperator ? 'operator' : 'holder' };
  };
  return ({ socket }) => {
    const caller = known.get(socket) ?? callerOf(socket);
    known.set(socket, caller);
    return caller;
  };
};

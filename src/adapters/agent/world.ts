import { hostname, userInfo } from 'node:os';
import { access } from 'node:fs/promises';
import type { AgentConfig } from '../../domain/agent.ts';
import type { Libc } from './libc.ts';
import { VoltanaError } from '../../domain/errors.ts';
import { groupId } from './accounts.ts';
import { readTrusted } from './trust.ts';

const DEFAULT_CONFIG = '/etc/voltana/agent.yaml';

/** The agent's file as text, and its path; null where none is named and none lies in the usual place. @throws VoltanaError FILE_UNREADABLE, NOT_PERMITTED */
export const readConfig = async (named: string | undefined): Promise<{ readonly text: string; readonly file: string } | null> => {
  const file = named ?? DEFAULT_CONFIG;
  if (named === undefined && !(await exists(file))) return null;
  return { text: await readTrusted(file), file };
};

const exists = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    ({ code }: NodeJS.ErrnoException) => code !== 'ENOENT' && code !== 'ENOTDIR',
  );

export const hostName = (): string => hostname();

export const isRoot = (): boolean => process.getuid?.() === 0;

/** Who runs this process, for the audit log. */
export const ownIdentity = (): string => {
  const uid = process.getuid?.();
  try {
    return uid === undefined ? userInfo().username : `${userInfo().username} (uid ${uid})`;
  } catch {
    return `uid ${uid}`;
  }
};

/** Null where the group is there, or none is wanted. */
const groupProblem = async ({ socket }: AgentConfig['listen']): Promise<string | null> => {
  if (socket === null || socket.group === null) return null;
  try {
    await groupId(socket.group);
    return null;
  } catch (error) {
    if (error instanceof VoltanaError) return `${error.message}. ${error.hint}`;
    throw error;
  }
};

/** What will not work, each with what to do. */
export const shortcomings = async ({ families, listen }: AgentConfig, libc: Libc | null): Promise<string[]> => {
  const told: string[] = [];
  if (!isRoot())
    told.push(`Not root: drivers refuse to lock the clocks of ${families.join(', ')} devices; start it with sudo voltana agent.`);
  if (libc === null) {
    told.push(
      'The kernel cannot be asked who connects, and the state folder is not locked against a second agent: this needs Linux and koffi (npm install).',
    );
    if (listen.socket !== null && listen.socket.group !== null)
      told.push('Nobody can be told apart on the socket: there it takes no operator (restore, drain).');
  }
  const group = await groupProblem(listen);
  if (group !== null) told.push(group);
  if (process.platform !== 'linux') told.push('Not Linux: there are no devices to be found here.');
  return told;
};

export const ownPid = (): number => process.pid;

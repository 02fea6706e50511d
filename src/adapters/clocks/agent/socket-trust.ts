import type { Stats } from 'node:fs';
import { lstat, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { VoltanaError } from '../../../domain/errors.ts';

const WRITABLE_BY_OTHERS = 0o022;

const isOurs = ({ uid }: Stats): boolean => uid === 0 || uid === process.getuid?.();

const untrusted = (path: string, reason: string): VoltanaError =>
  new VoltanaError('NOT_PERMITTED', `the socket ${path} is not used: ${reason}`, {
    hint: 'Anybody could have put it there. Use the socket of an agent that root or you have started, in a folder that nobody else may write.',
  });

/**
 * That whoever listens there is root or we ourselves, and not somebody who was there first.
 * @throws VoltanaError NOT_PERMITTED; NO_AGENT is for the caller, when there is nothing
 */
export const assertTrustedSocket = async (path: string): Promise<void> => {
  const [socket, folder] = await Promise.all([lstat(path).catch(() => null), stat(dirname(path)).catch(() => null)]);
  if (socket === null || folder === null) return;
  if (!socket.isSocket()) throw untrusted(path, 'it is no socket');
  if (!isOurs(socket)) throw untrusted(path, `it belongs to user ${socket.uid}`);
  if (!isOurs(folder)) throw untrusted(path, `its folder belongs to user ${folder.uid}`);
  if ((folder.mode & WRITABLE_BY_OTHERS) !== 0) throw untrusted(path, 'others may write its folder');
};

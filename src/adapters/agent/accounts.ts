import { readFile } from 'node:fs/promises';
import { VoltanaError } from '../../domain/errors.ts';

const NUMBER = /^\d{1,9}$/;

/** Name to number, of /etc/passwd or /etc/group. */
const numbersIn = (text: string): ReadonlyMap<string, number> =>
  new Map(
    text
      .split('\n')
      .map((line) => line.split(':'))
      .filter(([name = '', , id = '']) => name !== '' && NUMBER.test(id))
      .map(([name, , id]) => [name!, Number(id)] as const),
  );

const readNumbers = async (file: string): Promise<ReadonlyMap<string, number>> => numbersIn(await readFile(file, 'utf8').catch(() => ''));

/** The number of a group that is given by name or number. @throws VoltanaError UNKNOWN_ID */
export const groupId = async (group: string, file = '/etc/group'): Promise<number> => {
  if (NUMBER.test(group)) return Number(group);
  const id = (await readNumbers(file)).get(group);
  if (id !== undefined) return id;
  throw new VoltanaError('UNKNOWN_ID', `there is no group "${group}" on this machine`, {
    hint: `Make it (groupadd --system ${group}), or name another with listen.socket.group.`,
  });
};

/** What people call a user: "alice (uid 1000)". Names are read once: they are for the audit log. */
export const userNames = async (file = '/etc/passwd'): Promise<(uid: number) => string> => {
  const names = new Map([...(await readNumbers(file))].reverse().map(([name, uid]) => [uid, name] as const));
  return (uid) => (names.has(uid) ? `${names.get(uid)} (uid ${uid})` : `uid ${uid}`);
};

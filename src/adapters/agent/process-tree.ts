import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

const PID = /^\d+$/;

/** Of /proc/PID/stat: the name may itself hold spaces and brackets. */
const parentIn = (stat: string): number => Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);

/** The parent of each process that runs now; empty where there is no /proc. */
export const processTree = async (root = '/'): Promise<ReadonlyMap<number, number>> => {
  const folder = join(root, 'proc');
  const pids = (await readdir(folder).catch(() => [])).filter((name) => PID.test(name));
  const stats = await Promise.all(pids.map((pid) => readFile(join(folder, pid, 'stat'), 'latin1').catch(() => null)));
  return new Map(pids.flatMap((pid, i) => (stats[i] === null ? [] : [[Number(pid), parentIn(stats[i]!)] as const])));
};

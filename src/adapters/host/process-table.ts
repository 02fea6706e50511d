import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** A live process. `startedAt` tells it from a later one that got the same pid; compare for equality only. */
export interface ProcessEntry {
  readonly pid: number;
  readonly parentPid: number;
  readonly startedAt: string;
}

/** Fields of /proc/PID/stat after the name, which may itself hold spaces and brackets. */
const STATE = 0;
const PARENT = 1;
const STARTED = 19;

const fromProc = (pid: number): ProcessEntry | null => {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  // A zombie is dead: its parent has merely not looked yet.
  if (fields[STATE] === 'Z' || fields[STATE] === 'X') return null;
  return { pid, parentPid: Number(fields[PARENT]), startedAt: fields[STARTED] ?? '' };
};

const fromPs = (pid: number): ProcessEntry | null => {
  const line = execFileSync('ps', ['-o', 'ppid=,state=,lstart=', '-p', String(pid)], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [parent, state, ...started] = line.trim().split(/\s+/);
  return state === undefined || state.startsWith('Z') ? null : { pid, parentPid: Number(parent), startedAt: started.join(' ') };
};

/** Looking costs microseconds on Linux, and a process elsewhere. */
export const lookIsCheap = process.platform === 'linux';

/** The process, or null when it is gone. */
export const readProcess = (pid: number): ProcessEntry | null => {
  try {
    return lookIsCheap ? fromProc(pid) : fromPs(pid);
  } catch {
    return null;
  }
};

/** Its command line, '' when unknown. npm renames itself there: "npm start". */
export const readCommandLine = (pid: number): string => {
  try {
    if (lookIsCheap) return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
    return execFileSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' }).trim();
  } catch {
    return '';
  }
};

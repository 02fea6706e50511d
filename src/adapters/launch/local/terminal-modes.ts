import { readFileSync } from 'node:fs';
import { isatty } from 'node:tty';
import { execaSync } from 'execa';

/** Fields of /proc/self/stat after the name, which may itself hold spaces and brackets. */
const GROUP = 2;
const TERMINAL_GROUP = 5;
/** A machine under load may take long to start a program; one that takes longer has other worries than keys. */
const LIMIT_MS = 5000;
const STDIN_FD = 0;
/** One word, as `stty -g` of GNU, BSD and macOS writes it. */
const SAVED = /^[\w:=.,;-]+$/;

/** The terminal may change hands between our look and our change: one that heeds SIGTTOU would then stop its whole job. */
const UNSTOPPABLE = 'trap "" TTOU; exec stty "$@"';

const stty = (args: readonly string[]) =>
  execaSync('sh', ['-c', UNSTOPPABLE, 'sh', ...args], {
    stdin: 'inherit',
    stdout: 'pipe',
    stderr: 'ignore',
    reject: false,
    timeout: LIMIT_MS,
  });

const groups = (): readonly [string | undefined, string | undefined] => {
  if (process.platform !== 'linux') {
    const { stdout } = execaSync('ps', ['-o', 'pgid=,tpgid=', '-p', String(process.pid)], { reject: false, timeout: LIMIT_MS });
    const [group, terminal] = String(stdout ?? '')
      .trim()
      .split(/\s+/);
    return [group, terminal];
  }
  const stat = readFileSync('/proc/self/stat', 'latin1');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return [fields[GROUP], fields[TERMINAL_GROUP]];
};

/** Whether the terminal is ours now. One that reads it or changes it in the background stops its whole job: the kernel sees to that. */
export const ownsTerminal = (): boolean => {
  try {
    const [group, terminal] = groups();
    return group !== undefined && group !== '' && group === terminal;
  } catch {
    return false;
  }
};

/** The modes of the terminal on stdin, as one word for `restoreModes`; null where there is none, or no `stty`. */
export const savedModes = (): string | null => {
  if (!isatty(STDIN_FD) || !ownsTerminal()) return null;
  const { stdout, exitCode } = stty(['-g']);
  const saved = String(stdout ?? '').trim();
  return exitCode === 0 && SAVED.test(saved) ? saved : null;
};

/**
 * Keys come at once and unseen. Ctrl-C, Ctrl-Z and Ctrl-\ stay with the kernel, so that they work whatever hangs: that is
 * why this is not Node's raw mode. @returns whether it worked
 */
export const keyModes = (): boolean => ownsTerminal() && stty(['-icanon', '-echo', 'min', '1', 'time', '0']).exitCode === 0;

/** Exactly the modes of before. Does nothing in the background: there the shell has its own. */
export const restoreModes = (saved: string): void => {
  if (ownsTerminal()) stty([saved]);
};

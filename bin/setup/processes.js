import { readFileSync } from 'node:fs';

const statOf = (pid) => readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ').at(-1).split(' ');

/**
 * What tells a process from a later one with the same pid: its start in clock ticks since boot. Null when it is
 * gone (a zombie counts as gone), '' where the system does not say.
 */
const startOf = (pid) => {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (error.code !== 'EPERM') return null;
  }
  if (process.platform !== 'linux') return '';
  try {
    const fields = statOf(pid);
    return fields[0] === 'Z' ? null : fields[19];
  } catch {
    return null;
  }
};

export const identify = (pid) => ({ pid, start: startOf(pid) ?? '' });

export const isAlive = ({ pid, start }) => {
  const now = startOf(pid);
  return now !== null && (now === start || now === '' || start === '');
};

/**
 * Our parent, and under npm everything up to npm: the shell in between survives it. (src/adapters/host does the same
 * for what runs after set-up; it is not compiled yet when this is needed.)
 */
export const startedBy = () => {
  const chain = [];
  if (process.platform !== 'linux' || process.env.npm_lifecycle_event === undefined) return [identify(process.ppid)];
  try {
    for (let pid = process.ppid; pid > 1 && chain.length < 5; pid = Number(statOf(pid)[1])) {
      chain.push(identify(pid));
      if (/^(\S*\/)?(npm|npx|pnpm|yarn)\b/.test(readFileSync(`/proc/${pid}/cmdline`, 'latin1'))) return chain;
    }
  } catch {
    // It went while we looked: the parent alone will tell.
  }
  return chain.slice(0, 1);
};

/** Signals a whole process group; one that is gone already is fine. */
export const killGroup = (pid, signal) => {
  try {
    process.kill(-pid, signal);
  } catch {
    // Nothing left to signal.
  }
};

import { spawn } from 'node:child_process';
import { killGroup } from './processes.js';

const GRACE_MS = 1000;
const LAST_CHARS = 4000;

/** Ends a child's whole group, politely first. Resolves when it is gone. */
const endGroup = async (child, ended) => {
  killGroup(child.pid, 'SIGTERM');
  const timer = setTimeout(() => killGroup(child.pid, 'SIGKILL'), GRACE_MS);
  await ended;
  clearTimeout(timer);
  killGroup(child.pid, 'SIGKILL');
};

/**
 * Runs a program in its own process group, so that all it starts can be ended with it.
 * @param options.sink where both its outputs go (default stderr); null keeps them
 * @returns {Promise<{code: number, tail: string}>} exit code (127 when it cannot start, 128 for a signal), last output
 */
export const runChild = async (
  file,
  args,
  { cwd, env = process.env, onInterrupt, onStart, limitMs, sink = process.stderr, stdout = null },
) => {
  const child = spawn(file, args, { cwd, env, detached: true, stdio: ['ignore', stdout ?? 'pipe', 'pipe'] });
  let tail = '';
  const take = (chunk) => {
    tail = (tail + chunk).slice(-LAST_CHARS);
    sink?.write(chunk);
  };
  for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', take);
  const ended = new Promise((resolve) => {
    child.once('error', (error) => resolve({ code: 127, tail: error.message }));
    child.once('close', (code) => resolve({ code: code ?? 128, tail }));
  });
  if (child.pid === undefined) return ended;
  let interrupted = false;
  onInterrupt?.(() => {
    interrupted = true;
    return endGroup(child, ended);
  });
  onStart?.(child.pid);
  const limit = limitMs && setTimeout(() => void endGroup(child, ended), limitMs);
  const result = await ended;
  clearTimeout(limit);
  // The process is about to exit: nothing may start after the child that was ended for it.
  if (interrupted) await new Promise(() => {});
  return result;
};

import { constants } from 'node:os';
import { isAlive, startedBy } from './processes.js';
import { oneLine } from './report.js';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];
const POLL_PARENT_MS = 200;
const exitCodeOf = (signal) => (signal === 'SIGINT' ? 128 + constants.signals.SIGINT : 128 + constants.signals.SIGTERM);

/**
 * Runs `work(onInterrupt)` so that a signal, or the death of whoever started us, first runs the clean-ups that `work`
 * registered (newest first) and then ends the process with 130 or 143.
 */
export const interruptible = async (work) => {
  const cleanups = [];
  let stopping = false;
  const stop = async (exitCode) => {
    if (stopping) return;
    stopping = true;
    process.stderr.write(
      `${oneLine(exitCode === exitCodeOf('SIGINT') ? 'Interrupted' : 'Terminated', 'Run the same command to start again.')}\n`,
    );
    for (const cleanup of cleanups.reverse()) await cleanup();
    process.exit(exitCode);
  };
  const handlers = SIGNALS.map((signal) => [signal, () => void stop(exitCodeOf(signal))]);
  for (const [signal, handler] of handlers) process.on(signal, handler);
  const parent = process.ppid;
  const starters = startedBy();
  const watch = setInterval(() => {
    if (process.ppid !== parent || !starters.every(isAlive)) void stop(exitCodeOf('SIGTERM'));
  }, POLL_PARENT_MS);
  try {
    return await work((cleanup) => cleanups.push(cleanup));
  } finally {
    // Work that ends while the clean-ups run must not go on: the interruption wins.
    if (stopping) await new Promise(() => {});
    clearInterval(watch);
    for (const [signal, handler] of handlers) process.removeListener(signal, handler);
  }
};

import { lookIsCheap, readCommandLine, readProcess, type ProcessEntry } from './process-table.ts';

const INTERVAL_MS = 250;
/** Where a look starts a process: still well within the two seconds that an orphan may live. */
const COSTLY_INTERVAL_MS = 1000;
/** node <- sh -c <- npm, and room for a wrapper script or two. */
const MAX_DEPTH = 5;
const SCRIPT_RUNNER = /(^|[/\s])(npm|npx|pnpm|yarn)(-cli)?(\.c?js)?(\s|$)/;

const ancestorsOf = (pid: number): ProcessEntry[] => {
  const chain: ProcessEntry[] = [];
  for (let next = pid; next > 1 && chain.length < MAX_DEPTH;) {
    const entry = readProcess(next);
    if (entry === null) break;
    chain.push(entry);
    next = entry.parentPid;
  }
  return chain;
};

/**
 * Whose death ends us: our parent; under npm everything up to npm, because the shell in between survives it.
 * @param chain our ancestors, nearest first
 * @param isRunner whether an ancestor is the script runner
 */
export const chooseWatched = (chain: readonly ProcessEntry[], isRunner: (entry: ProcessEntry) => boolean): readonly ProcessEntry[] => {
  const runner = chain.findIndex(isRunner);
  return chain.slice(0, runner < 0 ? 1 : runner + 1);
};

const isStillThere = (entry: ProcessEntry): boolean => readProcess(entry.pid)?.startedAt === entry.startedAt;

/**
 * Calls back once when the process that started us is gone, however it went (kill -9 included).
 * The watch holds no event loop open. @returns stops it
 */
export const watchAncestors = (onGone: () => void, { intervalMs = lookIsCheap ? INTERVAL_MS : COSTLY_INTERVAL_MS } = {}): (() => void) => {
  const parentPid = process.ppid;
  const underRunner = process.env['npm_lifecycle_event'] !== undefined;
  const watched = chooseWatched(ancestorsOf(parentPid), (entry) => underRunner && SCRIPT_RUNNER.test(readCommandLine(entry.pid)));
  const timer = setInterval(() => {
    if (process.ppid === parentPid && watched.every(isStillThere)) return;
    clearInterval(timer);
    onGone();
  }, intervalMs);
  timer.unref();
  return () => clearInterval(timer);
};

import { closeSync, mkdirSync, openSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync, writeSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { identify, isAlive, killGroup } from './processes.js';
import { say } from './report.js';

const POLL_MS = 100;
const HEARTBEAT_MS = 5000;
/** A holder on another host or in another container cannot be asked whether it lives; its heartbeat can. */
const FOREIGN_STALE_MS = 60_000;
/** Between creating and filling the file, and while breaking a stale one. */
const MOMENT_MS = 10_000;

const ageMs = (path) => {
  try {
    return Date.now() - statSync(path).mtimeMs;
  } catch {
    return 0;
  }
};

const readHolder = (path) => {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return null;
  }
};

/** Decides only: may this lock be broken? */
const isStale = (path, holder) => {
  if (holder === null) return ageMs(path) > MOMENT_MS;
  if (holder.host !== hostname()) return ageMs(path) > FOREIGN_STALE_MS;
  return !isAlive(holder.owner);
};

const create = (path, text) => {
  try {
    const file = openSync(path, 'wx');
    writeSync(file, text);
    closeSync(file);
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    return false;
  }
};

/** Only one process breaks at a time and looks again first, so that nobody's fresh lock is removed. */
const breakStale = (path) => {
  const breaker = `${path}.break`;
  if (ageMs(breaker) > MOMENT_MS) rmSync(breaker, { force: true });
  if (!create(breaker, '')) return;
  const holder = readHolder(path);
  if (isStale(path, holder)) {
    // A killed set-up leaves its installer running; two at once would spoil node_modules.
    if (holder?.child && holder.host === hostname() && isAlive(holder.child)) killGroup(holder.child.pid, 'SIGKILL');
    rmSync(path, { force: true });
  }
  rmSync(breaker, { force: true });
};

const waitFor = async (path, text) => {
  for (let tries = 0; !create(path, text); tries += 1) {
    if (isStale(path, readHolder(path))) breakStale(path);
    else if (tries === 5) say('another start is setting up this checkout; waiting for it');
    await sleep(POLL_MS);
  }
};

/**
 * Runs `work({onChild})` while holding the lock file. `onChild(pid)` notes the process group to end when this
 * process dies without cleaning up.
 */
export const withLock = async (path, onInterrupt, work) => {
  const holder = { host: hostname(), owner: identify(process.pid), child: null };
  mkdirSync(dirname(path), { recursive: true });
  await waitFor(path, JSON.stringify(holder));
  const release = () => rmSync(path, { force: true });
  onInterrupt(release);
  const heartbeat = setInterval(() => utimesSync(path, new Date(), new Date()), HEARTBEAT_MS);
  try {
    return await work({ onChild: (pid) => writeFileSync(path, JSON.stringify({ ...holder, child: identify(pid) })) });
  } finally {
    clearInterval(heartbeat);
    release();
  }
};

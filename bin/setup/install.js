import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { runChild } from './child.js';
import { INSTALL_STAMP, LOCKFILE, NODE_MODULES, ROOT } from './paths.js';
import { say, seconds, SetupError } from './report.js';

const read = (path) => (existsSync(path) ? readFileSync(path, 'utf8') : null);

/** What must be installed: the lock file, for this system (esbuild comes as a binary). */
const wantedStamp = () => `${createHash('sha256').update(readFileSync(LOCKFILE)).digest('hex')} ${process.platform}-${process.arch}\n`;

/** npm notes what it installed; a run that was cut short leaves no note. */
const matchesLockfile = () => {
  const installed = read(join(NODE_MODULES, '.package-lock.json'));
  if (installed === null) return false;
  const have = JSON.parse(installed).packages;
  return Object.entries(JSON.parse(readFileSync(LOCKFILE, 'utf8')).packages).every(
    ([path, wanted]) => path === '' || (have[path] ? have[path].version === wanted.version : wanted.optional === true),
  );
};

export const isInstalled = () => read(INSTALL_STAMP) === wantedStamp() || (read(INSTALL_STAMP) === null && matchesLockfile());

/** The npm that runs us, else the one on the PATH. */
const npmCommand = () => {
  const cli = process.env.npm_execpath;
  return cli && basename(cli) === 'npm-cli.js' ? [process.execPath, cli] : ['npm'];
};

const lastLine = (text) => {
  const lines = text
    .split('\n')
    .map((line) => line.replace(/^npm (error|ERR!)\s*/, '').trim())
    .filter(Boolean);
  return (
    lines
      .filter((line) => !/complete log of this run|\.log$/.test(line))
      .slice(-2)
      .join(' / ') || 'no output'
  );
};

const hintFor = (code) =>
  code === 127
    ? 'Install npm (it comes with Node) and run again.'
    : 'Check the network, the npm registry settings and the free disk space, then run again; "npm ci" alone shows more.';

/** `npm ci`, with everything it prints on stderr. Throws SetupError (exit 3) when it fails. */
export const install = async ({ onInterrupt, onChild }) => {
  const startedMs = performance.now();
  say('installing dependencies (npm ci; only the first time and after an update)');
  for (const note of [INSTALL_STAMP, join(NODE_MODULES, '.package-lock.json')]) rmSync(note, { force: true });
  const [file, ...first] = npmCommand();
  // The outer npm's settings arrive by env: --silent would hide why it fails, production would leave out the tests' tools.
  const args = [
    ...first,
    'ci',
    '--include=dev',
    '--loglevel=error',
    '--no-audit',
    '--no-fund',
    '--no-progress',
    '--json=false',
    '--dry-run=false',
  ];
  const { code, tail } = await runChild(file, args, { cwd: ROOT, onInterrupt, onStart: onChild });
  if (code !== 0) throw new SetupError(`npm ci failed (exit ${code}): ${lastLine(tail)}`, hintFor(code));
  writeFileSync(INSTALL_STAMP, wantedStamp());
  say(`dependencies installed in ${seconds(startedMs)}`);
};

/** Remembers an install that someone did by hand, so that the next look is a short one. */
export const noteInstalled = () => {
  if (read(INSTALL_STAMP) === null) writeFileSync(INSTALL_STAMP, wantedStamp());
};

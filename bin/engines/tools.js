import { existsSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { runChild } from '../setup/child.js';
import { ROOT } from '../setup/paths.js';

/** Where the parts are kept from one run to the next. */
export const FOLDER = resolve(process.env.VOLTANA_ENGINES_DIR || join(ROOT, '.engines'));

/** Why a part cannot be had here: no failure of voltana's. */
export class NotHere extends Error {}

const MIN_STEP_MS = 1000;

/** What is left of a set-up's time. */
export const deadline = (limitMs) => {
  const endsAtMs = performance.now() + limitMs;
  return {
    leftMs: () => Math.max(MIN_STEP_MS, endsAtMs - performance.now()),
    over: () => performance.now() >= endsAtMs,
  };
};

const lastLine = (text) =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .at(-1) ?? 'it said nothing';

/**
 * Runs a tool of others at the lowest priority: a build must not starve whoever shares the machine.
 * @throws NotHere when it is missing, fails or takes longer than the set-up may
 */
export const runTool = async (what, [file, ...args], { time, onInterrupt, env = {}, cwd = FOLDER }) => {
  const { code, tail } = await runChild('nice', ['-n', '19', file, ...args], {
    cwd,
    env: { ...process.env, ...env },
    onInterrupt,
    limitMs: time.leftMs(),
    sink: null,
  });
  if (code === 0) return;
  throw new NotHere(time.over() ? `${what} did not end in time; the next run goes on from there` : `${what} failed: ${lastLine(tail)}`);
};

const OFFLINE_FAST = ['--disable-pip-version-check', '--quiet', '--retries', '1', '--timeout', '20'];

/** A virtual environment of the part's own, with these packages. @returns the folder of its programs */
export const virtualEnv = async (name, packages, options) => {
  const folder = join(FOLDER, name);
  const programs = join(folder, 'bin');
  if (!existsSync(join(programs, 'pip'))) await runTool('python3 -m venv', ['python3', '-m', 'venv', folder], options);
  if (packages.length > 0)
    await runTool(`pip install ${packages[0]}`, [join(programs, 'pip'), 'install', ...OFFLINE_FAST, ...packages], options);
  return programs;
};

/** The source of a package, unpacked into `into`. */
export const sourceOf = async (programs, pinned, into, options) => {
  const archive = `${into}-archive`;
  const [name] = pinned.split('==');
  const download = ['download', ...OFFLINE_FAST, '--no-deps', '--no-binary', name, '--dest', archive, pinned];
  await runTool(`pip download ${pinned}`, [join(programs, 'pip'), ...download], options);
  const unpack =
    'import glob,sys,tarfile; archive=tarfile.open(glob.glob(sys.argv[1]+"/*.tar.gz")[0]); archive.extractall(sys.argv[2], filter="data")';
  await runTool(`unpacking ${pinned}`, [join(programs, 'python'), '-c', unpack, archive, into], options);
  rmSync(archive, { recursive: true, force: true });
};

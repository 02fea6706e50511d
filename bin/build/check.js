import { spawnSync } from 'node:child_process';
import { relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { DIST, ROOT } from '../setup/paths.js';
import { SetupError } from '../setup/report.js';

/** The process entries act when they are imported; these two may be. */
const LOADABLE = ['cli.js', 'commands.js'];
const LIMIT_MS = 20_000;

/** Imports the result in a fresh process: a bundle that does not load is no build. */
export const checkLoads = (files) => {
  const paths = files.map((file) => file.path).filter((path) => LOADABLE.includes(relative(DIST, path)));
  const script = paths.map((path) => `await import(${JSON.stringify(pathToFileURL(path).href)});`).join('\n');
  const result = spawnSync(process.execPath, ['--input-type=module', '-e', script], { cwd: ROOT, encoding: 'utf8', timeout: LIMIT_MS });
  if (result.status === 0) return;
  const reason = /^\w*Error.*$/m.exec(result.stderr)?.[0] ?? (result.stderr.trim() || `signal ${result.signal}`);
  throw new SetupError(`the build does not load: ${reason}`, 'Correct the source and run again.', 1);
};

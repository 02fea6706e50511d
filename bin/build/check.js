import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { ROOT } from '../setup/paths.js';
import { SetupError } from '../setup/report.js';

const WARM = fileURLToPath(new URL('warm.js', import.meta.url));
const LIMIT_MS = 20_000;

/** Loads and warms the result in a fresh process: a bundle that does not load is no build. */
export const checkLoads = () => {
  const result = spawnSync(process.execPath, [WARM], {
    cwd: ROOT,
    encoding: 'utf8',
    stdio: ['ignore', 'ignore', 'pipe'],
    timeout: LIMIT_MS,
  });
  if (result.status === 0) return;
  const reason = /^\w*Error.*$/m.exec(result.stderr)?.[0] ?? (result.stderr.trim() || `signal ${result.signal}`);
  throw new SetupError(`the build does not load: ${reason}`, 'Correct the source and run again.', 1);
};

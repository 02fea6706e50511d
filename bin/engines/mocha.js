import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runChild } from '../setup/child.js';
import { inRoot, ROOT } from '../setup/paths.js';
import { summaryLine } from '../test/phases.js';

const LIMIT_MS = 15 * 60_000;
const ARGS = ['--no-config', '--import=tsx', '--forbid-only', '--reporter', 'test/reporter.js', '--timeout', '120000', '--slow', '5000'];

/** Tests what is ready; a part that is not (null) counts as one skipped, one that nobody asked for as nothing. */
export const runMocha = async (ready, onInterrupt) => {
  const folder = mkdtempSync(join(tmpdir(), 'voltana-engines-'));
  const file = join(folder, 'counts.json');
  const here = Object.entries(ready).filter(([, facts]) => facts !== null);
  const files = here.map(([name]) => inRoot('test', 'engines', `${name.replaceAll('.', '-')}.test.ts`));
  const env = { ...process.env, TEST_COUNTS_FILE: file, REAL_ENGINES: JSON.stringify(ready) };
  const args = [inRoot('node_modules', 'mocha', 'bin', 'mocha.js'), ...ARGS, ...files];
  const skipped = Object.keys(ready).length - here.length;
  try {
    if (files.length === 0) return { exitCode: 0, line: summaryLine({ passed: 0, failed: 0, skipped }) };
    const { code } = await runChild(process.execPath, args, { cwd: ROOT, env, onInterrupt, stdout: 'inherit', limitMs: LIMIT_MS });
    const counts = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : { passed: 0, failed: 1, skipped: 0 };
    const failed = code !== 0 && counts.failed === 0 ? 1 : counts.failed;
    return { exitCode: failed === 0 ? 0 : 1, line: summaryLine({ ...counts, failed, skipped: counts.skipped + skipped }) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

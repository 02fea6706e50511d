import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runChild } from '../setup/child.js';
import { inRoot, ROOT } from '../setup/paths.js';
import { say, seconds } from '../setup/report.js';

const PHASE_LIMIT_MS = 32 * 60_000;
const tool = (...path) => inRoot('node_modules', ...path);

const CHECKS = [
  { name: 'type-check', args: [tool('typescript', 'bin', 'tsc'), '--noEmit', '--pretty', 'false'] },
  // The page's script runs in browsers: nothing else sees their types.
  { name: "type-check of the report's page", args: [tool('typescript', 'bin', 'tsc'), '--noEmit', '--pretty', 'false', '-p', 'src/page'] },
  { name: 'format', args: [tool('prettier', 'bin', 'prettier.cjs'), '--check', '--log-level', 'warn', '.'] },
  { name: 'lint', args: [tool('eslint', 'bin', 'eslint.js'), '.', '--max-warnings', '0'] },
];

/** The checks speak on stderr, the tests on stdout. */
const runPhase = async ({ name, args, env, stdout }, onInterrupt) => {
  const startedMs = performance.now();
  const { code } = await runChild(process.execPath, args, { cwd: ROOT, env, onInterrupt, stdout, limitMs: PHASE_LIMIT_MS });
  say(`${name} ${code === 0 ? 'passed' : `FAILED (exit ${code})`} in ${seconds(startedMs)}`);
  return code;
};

const readCounts = (file) => {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    // It ended before its report: no test counts, and that is a failure.
    return { passed: 0, failed: 1, skipped: 0 };
  }
};

const runTests = async (mochaArgs, onInterrupt) => {
  const folder = mkdtempSync(join(tmpdir(), 'voltana-test-'));
  const file = join(folder, 'counts.json');
  const args = [tool('mocha', 'bin', 'mocha.js'), '--forbid-only', ...mochaArgs];
  const code = await runPhase({ name: 'tests', args, env: { ...process.env, TEST_COUNTS_FILE: file }, stdout: 'inherit' }, onInterrupt);
  const counts = readCounts(file);
  rmSync(folder, { recursive: true, force: true });
  return code !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts;
};

/**
 * Runs every phase, also after one has failed. A failed check counts as one failed test.
 * @returns {Promise<{exitCode: 0 | 1, counts: {passed: number, failed: number, skipped: number}}>}
 */
export const runPhases = async (mochaArgs, onInterrupt) => {
  let failedChecks = 0;
  for (const check of CHECKS) {
    const code = await runPhase(check, onInterrupt);
    if (code === 0) continue;
    failedChecks += 1;
    // As the reporter tells of a test.
    process.stdout.write(`failed: ${check.name}: exit ${code}\n`);
  }
  const counts = await runTests(mochaArgs, onInterrupt);
  const failed = counts.failed + failedChecks;
  return { exitCode: failed === 0 ? 0 : 1, counts: { ...counts, failed } };
};

export const summaryLine = ({ passed, failed, skipped }) => `${passed} passed, ${failed} failed, ${skipped} skipped`;

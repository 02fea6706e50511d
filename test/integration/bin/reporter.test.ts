import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { expect } from 'chai';
import { ended, fixture, output } from '../../fixtures/programs.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

describe('test report', () => {
  let folder: string;
  before(() => (folder = mkdtempSync(join(tmpdir(), 'voltana-counts-'))));
  after(() => rmSync(folder, { recursive: true }));

  const report = async (env: NodeJS.ProcessEnv): Promise<{ exit: unknown; text: string; counts: unknown }> => {
    const file = join(folder, 'counts.json');
    const args = [
      join(ROOT, 'node_modules/mocha/bin/mocha.js'),
      '--no-config',
      '--reporter',
      join(ROOT, 'test/reporter.js'),
      fixture('bin/counted.js'),
    ];
    const child = spawn(process.execPath, args, { env: { ...process.env, ...env, TEST_COUNTS_FILE: file } });
    const seen = output(child);
    const exit = await ended(child);
    return { exit, text: seen.text, counts: JSON.parse(readFileSync(file, 'utf8')) };
  };

  it('counts, and shows why a test failed', async () => {
    const { exit, text, counts } = await report({});
    expect(counts).to.deep.equal({ passed: 1, failed: 1, skipped: 1 });
    expect(exit).to.equal(1);
    expect(text).to.match(/^failed: .*: .*on purpose$/m);
  });

  it('what stays open after the last test is a failure, not a hang', async () => {
    const { exit, text, counts } = await report({ LEAK: '1' });
    expect(counts).to.deep.equal({ passed: 1, failed: 2, skipped: 1 });
    expect(exit).to.equal(1);
    expect(text).to.match(/still open after the last test: .*Timeout/);
  });

  it('ends with the line that CI reads', async () => {
    const phases = (await import(pathToFileURL(join(ROOT, 'bin/test/phases.js')).href)) as { summaryLine: (counts: object) => string };
    expect(phases.summaryLine({ passed: 3, failed: 0, skipped: 1 })).to.equal('3 passed, 0 failed, 1 skipped');
  });
});

import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { startGuard } from '../../../../src/adapters/launch/guard.ts';
import { ended, output, startProgram, until } from '../../../fixtures/programs.ts';
import { ourError } from '../../../fixtures/rejected.ts';

describe('guard', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'voltana-test-guard-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  it('does nothing until it is released, and then once', async () => {
    const file = join(folder, 'one $more');
    const guard = startGuard('nothing', ['mkdir', file]);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(existsSync(file)).to.equal(false);
    await Promise.all([guard.release(), guard.release()]);
    expect(existsSync(file)).to.equal(true);
    await guard.release();
  });

  it('cleans up after a kill -9 of its owner', async () => {
    const file = join(folder, 'cleaned');
    const owner = startProgram('launch/guard-parent.ts', [file]);
    const said = output(owner);
    await until('it guards', () => said.text.includes('guarded'));
    expect(existsSync(file)).to.equal(false);
    const gone = ended(owner);
    owner.kill('SIGKILL');
    await gone;
    await until('it was cleaned', () => existsSync(file));
  });

  it('tells what went wrong, and what to do', async () => {
    const error = await ourError(startGuard('the jobs', ['ls', join(folder, 'nowhere')]).release());
    expect(error).to.include({ code: 'PROCESS_FAILED' });
    expect(error.message).to.include('the jobs').and.include('nowhere');
    expect(error.hint).to.include('by hand');
  });
});

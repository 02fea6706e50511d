import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect } from 'chai';
import { packageRoot } from '../../../src/adapters/host/installation.ts';

const voltana = (...args: string[]) => spawnSync(process.execPath, [join(packageRoot(), 'bin', 'run.js'), ...args], { encoding: 'utf8' });
const has = (shell: string): boolean => spawnSync(shell, ['--version']).status === 0;

describe('voltana completion', function () {
  this.timeout(60_000);
  let script: string;
  before(() => void (script = voltana('completion', 'bash').stdout));

  /** What bash offers for these words, the last of which is being typed. */
  const offered = (...words: string[]): string[] => {
    const ask = 'shift 0; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _voltana; printf "%s\\n" "${COMPREPLY[@]}"';
    const { stdout, stderr } = spawnSync('bash', ['-c', `eval "$SCRIPT"; ${ask}`, 'bash', ...words], {
      encoding: 'utf8',
      cwd: packageRoot(),
      env: { ...process.env, SCRIPT: script },
    });
    expect(stderr).to.equal('');
    return stdout.split('\n').filter(Boolean);
  };

  it('bash: commands, the commands of a topic, flags', () => {
    expect(offered('voltana', 'esti')).to.deep.equal(['estimate']);
    expect(offered('voltana', 'config', '')).to.deep.equal(['init', 'show', 'validate']);
    expect(offered('voltana', 'estimate', '--cont')).to.deep.equal(['--context-tokens']);
    expect(offered('voltana', 'config', 'show', '--orig')).to.deep.equal(['--origin']);
  });

  it('bash: ids and options behind their flags, with a space or an equals sign', () => {
    expect(offered('voltana', 'estimate', '--gpu', 'a1')).to.have.members(['a100-pcie-80gb', 'a100-sxm4-80gb']);
    expect(offered('voltana', 'estimate', '--gpu', '=', 'a1')).to.have.members(['a100-pcie-80gb', 'a100-sxm4-80gb']);
    expect(offered('voltana', 'estimate', '--gpu', '=')).to.include('h100-sxm5-80gb');
    expect(offered('voltana', 'simulate', '--governor', '')).to.include.members(['slo', 'mpc', 'fixed']);
    expect(offered('voltana', 'demo', '--workload', 'az')).to.have.members(['azure-code-2023', 'azure-conv-2023']);
    expect(offered('voltana', 'profiles', 'show', 'ministral')).to.deep.equal(['ministral-3b']);
    expect(offered('voltana', 'profiles', 'list', '--kind', 'wor')).to.deep.equal(['workload']);
  });

  it('bash: files where a file is asked for, and nothing where anything may stand', () => {
    expect(offered('voltana', 'compare', 'READ')).to.deep.equal(['README.md']);
    expect(offered('voltana', 'demo', '--output', 'READ')).to.deep.equal(['README.md']);
    expect(offered('voltana', 'estimate', '--batch', '')).to.deep.equal([]);
  });

  for (const shell of ['zsh', 'fish'])
    it(`${shell} reads its script`, function () {
      const { status, stdout } = voltana('completion', shell);
      expect([status, stdout.includes('a100-sxm4-80gb')]).to.deep.equal([0, true]);
      if (!has(shell)) return this.skip();
      expect(spawnSync(shell, ['-n'], { input: stdout, encoding: 'utf8' })).to.include({ status: 0, stderr: '' });
    });

  it('another shell is refused, with those that there are', () => {
    const { status, stderr } = voltana('completion', 'tcsh');
    expect([status, stderr]).to.deep.equal([2, 'error: there is no completion for "tcsh". Use one of: bash, zsh, fish.\n']);
  });
});

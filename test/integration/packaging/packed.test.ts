import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { packageRoot } from '../../../src/adapters/host/installation.ts';

const MOST_BYTES = 5_000_000;
const NOT_PACKED = new Set(['.git', 'node_modules', 'coverage', '.voltana', '.engines']);
const CARDS = ['--gpu', 'a100-sxm4-80gb', '--model', 'llama-3.1-8b'];

/** A copy is packed, because packing builds and tidies dist, from which other tests run. cp keeps the times that tell a fresh build. */
const packedCopy = (folder: string): string => {
  const copy = join(folder, 'checkout');
  mkdirSync(copy);
  const names = readdirSync(packageRoot()).filter((name) => !NOT_PACKED.has(name));
  execFileSync('cp', ['-a', ...names.map((name) => join(packageRoot(), name)), copy]);
  symlinkSync(join(packageRoot(), 'node_modules'), join(copy, 'node_modules'));
  execFileSync('npm', ['pack', '--silent', '--offline', '--pack-destination', folder], { cwd: copy, stdio: ['ignore', 'ignore', 'pipe'] });
  return join(
    folder,
    readdirSync(folder).find((name) => name.endsWith('.tgz'))!,
  );
};

/** As npm would lay it out, without a network: what package.json asks for and no more comes from our own node_modules. */
const install = (tarball: string, folder: string): string => {
  const modules = join(folder, 'clean', 'node_modules');
  mkdirSync(modules, { recursive: true });
  execFileSync('tar', ['xzf', tarball, '-C', modules]);
  execFileSync('mv', [join(modules, 'package'), join(modules, 'voltana')]);
  const { dependencies } = JSON.parse(readFileSync(join(modules, 'voltana', 'package.json'), 'utf8')) as {
    dependencies: Record<string, string>;
  };
  for (const name of [...Object.keys(dependencies), '@koromix']) {
    if (existsSync(join(packageRoot(), 'node_modules', name)))
      execFileSync('cp', ['-a', join(packageRoot(), 'node_modules', name), modules]);
  }
  return join(modules, 'voltana');
};

const bytesIn = (folder: string): number =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' }).reduce((sum, name) => {
    const stat = statSync(join(folder, name));
    return sum + (stat.isFile() ? stat.size : 0);
  }, 0);

describe('the packed voltana', function () {
  this.timeout(180_000);
  let folder: string;
  let installed: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'voltana-packed-'));
    installed = install(packedCopy(folder), folder);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const run = (...args: string[]) => {
    const env = { ...process.env, VOLTANA_RUNS_DIR: join(folder, 'runs') };
    return spawnSync(process.execPath, [join(installed, 'bin', 'run.js'), ...args], {
      cwd: join(folder, 'clean'),
      env,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  };

  it('is small, has no maps, no sources and no tests, and says whose code it holds', () => {
    expect(bytesIn(installed)).to.be.at.most(MOST_BYTES);
    const names = readdirSync(installed, { recursive: true, encoding: 'utf8' });
    expect(names.filter((name) => /\.map$|\.ts$|^(src|test|commands)\b/.test(name))).to.deep.equal([]);
    expect(names).to.include.members(['THIRD_PARTY.md', 'LICENSE', 'SECURITY.md', 'bin/run.js', 'profiles']);
  });

  it('holds the files of one build only', () => {
    const { files } = JSON.parse(readFileSync(join(installed, 'dist', '.voltana-stamp.json'), 'utf8')) as { files: string[] };
    const there = readdirSync(join(installed, 'dist'), { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.js'));
    expect(there.filter((name) => !files.includes(name))).to.deep.equal([]);
  });

  for (const args of [
    ['--version'],
    ['--help'],
    ['estimate', ...CARDS, '--phase', 'decode', '--batch', '32', '--context-tokens', '1000', '--clock', '1005'],
    ['simulate', ...CARDS, '--prefill', '1', '--decode', '1', '--duration', '2', '--slo-ttft', '1000', '--slo-itl', '50'],
    ['profiles', 'list'],
    ['demo', '--dry-run'],
    ['config', 'init'],
    ['completion', 'bash'],
    ['serve', '--cluster', 'emulated-2p2d-a100-llama-3.1-8b', '--no-tui', '--duration', '0.5'],
  ])
    it(`runs voltana ${args.slice(0, 2).join(' ')} where nothing else is`, () => {
      const { status, stdout, stderr } = run(...args);
      expect(status, stderr).to.equal(0);
      expect(stdout).to.not.equal('');
      expect(stderr).to.not.match(/Cannot find|ERR_MODULE/);
    });

  it('an installation without its dist says so, and installs and builds nothing', () => {
    rmSync(join(installed, 'dist'), { recursive: true });
    const { status, stderr } = run('--version');
    expect([status, stderr]).to.deep.equal([
      3,
      'error: This installation of voltana is not complete: dist is missing. Install the package again.\n',
    ]);
  });
});

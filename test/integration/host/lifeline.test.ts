import type { ChildProcess } from 'node:child_process';
import { expect } from 'chai';
import { isAlive, output, startProgram, until } from '../../fixtures/programs.ts';

const GONE_WITHIN_MS = 2000;

describe('lifeline', () => {
  const started: ChildProcess[] = [];
  const start = (...args: Parameters<typeof startProgram>): ChildProcess => {
    const child = startProgram(...args);
    started.push(child);
    return child;
  };
  const pidOf = async (child: ChildProcess, name: string): Promise<number> => {
    const seen = output(child);
    const found = (): RegExpExecArray | null => new RegExp(`${name} (\\d+)`).exec(seen.text);
    await until(`${name} started`, () => found() !== null);
    return Number(found()![1]);
  };
  afterEach(() => started.splice(0).forEach((child) => child.kill('SIGKILL')));

  it('a child whose stdin is a pipe goes when its parent is killed with -9', async () => {
    const parent = start('host/parent-of-pipe.ts');
    const childPid = await pidOf(parent, 'child');
    expect(isAlive(childPid)).to.equal(true);
    parent.kill('SIGKILL');
    await until('child gone', () => !isAlive(childPid), GONE_WITHIN_MS);
  });

  it('a watcher goes when its direct parent is killed with -9', async () => {
    const chain = start('host/chain.ts');
    const seen = output(chain);
    await until('watcher started', () => /watcher \d+ parent \d+\n/.test(seen.text));
    const [, watcher, shell] = /watcher (\d+) parent (\d+)/.exec(seen.text)!.map(Number);
    process.kill(shell!, 'SIGKILL');
    await until('watcher gone', () => !isAlive(watcher!), GONE_WITHIN_MS);
  });

  it('under npm it goes when npm is killed with -9, though the shell in between lives on', async () => {
    const npm = start('host/chain.ts', ['npm start'], { env: { ...process.env, npm_lifecycle_event: 'start' } });
    const watcher = await pidOf(npm, 'watcher');
    npm.kill('SIGKILL');
    await until('watcher gone', () => !isAlive(watcher), GONE_WITHIN_MS);
  });

  it('outside npm a grandparent is nobody to depend on', async () => {
    const env = { ...process.env };
    delete env['npm_lifecycle_event'];
    const grandparent = start('host/chain.ts', ['npm start'], { env });
    const watcher = await pidOf(grandparent, 'watcher');
    grandparent.kill('SIGKILL');
    await until('grandparent gone', () => !isAlive(grandparent.pid!));
    await new Promise((resolve) => setTimeout(resolve, 700));
    const lives = isAlive(watcher);
    process.kill(watcher, 'SIGKILL');
    expect(lives).to.equal(true);
  });
});

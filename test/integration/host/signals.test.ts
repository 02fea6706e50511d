import type { ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { ended, output, startProgram, until } from '../../fixtures/programs.ts';

describe('onSignals', () => {
  let child: ChildProcess;
  afterEach(() => child.kill('SIGKILL'));
  const start = async (mode: string): Promise<{ text: string }> => {
    child = startProgram('host/signalled.ts', [mode]);
    const seen = output(child);
    await until('ready', () => seen.text.includes('ready'));
    return seen;
  };

  for (const [signal, code, exitCode] of [
    ['SIGINT', 'INTERRUPTED', 130],
    ['SIGTERM', 'TERMINATED', 143],
    ['SIGHUP', 'TERMINATED', 143],
  ] as const) {
    it(`${signal} aborts with ${code}`, async () => {
      const seen = await start('calm');
      const exit = ended(child);
      child.kill(signal);
      expect(await exit).to.equal(exitCode);
      await until('said why', () => seen.text.includes(code));
    });
  }

  it('the same Ctrl-C from the terminal and from npm is one; a later one ends at once', async () => {
    const seen = await start('hang');
    const exit = ended(child);
    child.kill('SIGINT');
    await until('first', () => seen.text.includes('INTERRUPTED'));
    child.kill('SIGINT');
    expect(await Promise.race([exit, sleep(200, 'still running')])).to.equal('still running');
    await sleep(500);
    child.kill('SIGINT');
    expect(await exit).to.equal(130);
  });

  it('a reader that goes away ends the run without a crash', async () => {
    const seen = await start('chatty');
    const exit = ended(child);
    child.stdout!.destroy();
    expect(await exit).to.equal(143);
    expect(seen.text)
      .to.match(/OUTPUT_CLOSED\n$/)
      .and.not.match(/Error|EPIPE/);
  });
});

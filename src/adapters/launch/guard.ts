import { createInterface } from 'node:readline';
import { execa } from 'execa';
import { VoltanaError } from '../../domain/errors.ts';
import { LastLines } from './local/last-lines.ts';

/** Waits for the end of its stdin, however it comes, and then does what it was given to do. */
const SCRIPT = 'cat >/dev/null; exec "$@"';
const KEPT_LINES = 5;

export interface Guard {
  /** Does it now. Resolves when it is done. Idempotent. @throws VoltanaError PROCESS_FAILED when it failed, with what it said */
  release(): Promise<void>;
}

/** A process that cleans up when we ask it to, or when we are gone: kill -9 included. */
export const startGuard = (name: string, command: readonly [program: string, ...args: string[]]): Guard => {
  const child = execa('sh', ['-c', SCRIPT, 'voltana-guard', ...command], {
    stdin: 'pipe',
    stdout: 'ignore',
    stderr: 'pipe',
    buffer: false,
    reject: false,
    detached: true,
    cleanup: false,
  });
  const said = new LastLines(KEPT_LINES);
  createInterface({ input: child.stderr }).on('line', (line) => said.push(line));
  child.stdin.on('error', () => undefined);
  const ended = child.then(({ exitCode }) => {
    if (exitCode === 0) return;
    const message = `${name}: "${command.join(' ')}" ended with exit code ${exitCode ?? 'none'}${said.text() === '' ? '' : `: ${said.text()}`}`;
    throw new VoltanaError('PROCESS_FAILED', message, { hint: 'Run that command by hand: something may have been left running.' });
  });
  // Told to whoever releases it.
  ended.catch(() => undefined);
  return {
    release() {
      child.stdin.end();
      return ended;
    },
  };
};

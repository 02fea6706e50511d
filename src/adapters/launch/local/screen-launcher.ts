import { createInterface } from 'node:readline';
import { execa } from 'execa';
import { VoltanaError } from '../../../domain/errors.ts';
import type { Screen } from '../../../ports/screen.ts';
import { LastLines } from './last-lines.ts';

export interface ScreenOptions {
  /** Arguments of node that start the screen process. */
  readonly args: readonly string[];
  readonly color: boolean;
}

/** A terminal that is held (Ctrl-S) blocks whoever writes to it; nobody waits for it longer than this. */
const CLOSE_LIMIT_MS = 1000;
const KILL_AFTER_MS = 500;
const KEPT_STDERR_LINES = 5;
/** End of synchronised output, plain colours, line wrap, cursor: whatever a process may have left half done. */
const RESTORE = '\u001b[?2026l\u001b[0m\u001b[?7h\u001b[?25h\r\n';

const spawnScreen = ({ args, color }: ScreenOptions) =>
  execa(process.execPath, [...args], {
    stdin: 'pipe',
    stdout: 'inherit',
    stderr: 'pipe',
    buffer: false,
    reject: false,
    forceKillAfterDelay: KILL_AFTER_MS,
    // Whether there is a screen has been decided here; what draws it would decide again, and knows no NO_COLOR.
    env: { CI: undefined, CONTINUOUS_INTEGRATION: undefined, ...(color ? {} : { FORCE_COLOR: '0', NO_COLOR: undefined }) },
  });

/** Runs the screen as a process of its own on our terminal: it shares no event loop with us and may die alone. */
export const startScreen = (options: ScreenOptions): Screen => {
  const child = spawnScreen(options);
  const stderr = new LastLines(KEPT_STDERR_LINES);
  createInterface({ input: child.stderr }).on('line', (line) => stderr.push(line));
  // A screen that died while we wrote to it shows in `failed`.
  child.stdin.on('error', () => undefined);
  let closing = false;
  const gone = child.then(({ signal, exitCode }) => {
    const ending = signal === undefined ? `ended with exit code ${exitCode}` : `was ended by ${signal}`;
    if (!closing || exitCode !== 0) process.stdout.write(RESTORE);
    return new VoltanaError('PROCESS_FAILED', [`the screen ${ending}`, stderr.text()].filter(Boolean).join(': '));
  });
  const send = (state: object): boolean => child.stdin.write(`${JSON.stringify(state)}\n`);
  return {
    show(state) {
      if (!child.stdin.writableNeedDrain) send(state);
    },
    failed: new Promise((resolve) => void gone.then((error) => closing || resolve(error))),
    async close(last) {
      closing = true;
      send(last);
      child.stdin.end();
      const limit = setTimeout(() => child.kill('SIGTERM'), CLOSE_LIMIT_MS);
      await gone;
      clearTimeout(limit);
    },
  };
};

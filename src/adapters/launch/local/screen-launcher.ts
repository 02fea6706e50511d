import { createInterface } from 'node:readline';
import type { Writable } from 'node:stream';
import { execa } from 'execa';
import { VoltanaError } from '../../../domain/errors.ts';
import type { Screen } from '../../../ports/screen.ts';
import { LastLines } from './last-lines.ts';
import { restoreModes, savedModes } from './terminal-modes.ts';

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

/** States go through a pipe of their own: its stdin is the terminal, where somebody may press keys. */
const STATES_FD = 3;

const spawnScreen = ({ args, color }: ScreenOptions, modes: string | null) =>
  execa(process.execPath, [...args, ...(modes === null ? [] : [modes])], {
    stdio: [modes === null ? 'ignore' : 'inherit', 'inherit', 'pipe', 'pipe'],
    buffer: false,
    reject: false,
    forceKillAfterDelay: KILL_AFTER_MS,
    // Whether there is a screen has been decided here; what draws it would decide again, and knows no NO_COLOR.
    env: { CI: undefined, CONTINUOUS_INTEGRATION: undefined, ...(color ? {} : { FORCE_COLOR: '0', NO_COLOR: undefined }) },
  });

/** Runs the screen as a process of its own on our terminal: it shares no event loop with us and may die alone. */
export const startScreen = (options: ScreenOptions): Screen => {
  const modes = savedModes();
  const child = spawnScreen(options, modes);
  const states = child.stdio[STATES_FD] as unknown as Writable;
  const stderr = new LastLines(KEPT_STDERR_LINES);
  createInterface({ input: child.stderr }).on('line', (line) => stderr.push(line));
  // A screen that died while we wrote to it shows in `failed`.
  states.on('error', () => undefined);
  let closing = false;
  const gone = child.then(({ signal, exitCode }) => {
    const ending = signal === undefined ? `ended with exit code ${exitCode}` : `was ended by ${signal}`;
    if (!closing || exitCode !== 0) process.stdout.write(RESTORE);
    if (modes !== null) restoreModes(modes);
    return new VoltanaError('PROCESS_FAILED', [`the screen ${ending}`, stderr.text()].filter(Boolean).join(': '));
  });
  const send = (state: object): boolean => states.write(`${JSON.stringify(state)}\n`);
  return {
    show(state) {
      if (!states.writableNeedDrain) send(state);
    },
    failed: new Promise((resolve) => void gone.then((error) => closing || resolve(error))),
    async close(last) {
      closing = true;
      send(last);
      states.end();
      const limit = setTimeout(() => child.kill('SIGTERM'), CLOSE_LIMIT_MS);
      await gone;
      clearTimeout(limit);
    },
  };
};

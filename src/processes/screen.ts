import { Socket } from 'node:net';
import { setPriority } from 'node:os';
import { createInterface } from 'node:readline';
import { terminalSurface } from '../adapters/host/surface.ts';
import { parseScreenLine } from './screen-line.ts';

const LOW_PRIORITY = 10;
const STATES_FD = 3;

// The terminal sends Ctrl-C to everyone: our parent ends things in order, and closes our pipe of states when it has.
process.on('SIGINT', () => undefined);
// A terminal that went away: nobody looks any more.
process.stdout.on('error', () => process.exit(0));
// A late frame costs nothing, a late token does.
setPriority(LOW_PRIORITY);

const parent = process.ppid;
const [, , saved] = process.argv;
// Loaded only now, so that a Ctrl-C meanwhile finds us prepared.
const { openScreen } = await import('../tui/open-screen.tsx');
const surface = terminalSurface(process.stdout);
const quit = (): void => {
  // A pid of somebody who is gone may be somebody else's.
  if (process.ppid === parent) process.kill(parent, 'SIGINT');
};
const screen = openScreen(surface, process.stdin, quit);
surface.onResize(() => screen.redraw());
const onReturn = (): void => {
  screen.takesKeys();
  screen.redraw();
};
const keys = saved ? (await import('./screen-keys.ts')).screenKeys(saved, { onKey: screen.press, onReturn }) : null;
if (keys?.works) screen.takesKeys();
else process.on('SIGCONT', () => screen.redraw());
const giveBack = (): void => {
  screen.close();
  keys?.end();
  surface.restore();
};
try {
  const states = new Socket({ fd: STATES_FD, readable: true, writable: false });
  for await (const line of createInterface({ input: states })) screen.show(parseScreenLine(line));
} catch (error) {
  // Not ours to draw over: the terminal is given back first, and our parent tells what we said.
  giveBack();
  process.stderr.write(`${(error as Error).message}\n`, () => process.exit(1));
  await new Promise(() => undefined);
}
giveBack();
process.exit(0);

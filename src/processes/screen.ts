import { setPriority } from 'node:os';
import { createInterface } from 'node:readline';
import { terminalSurface } from '../adapters/host/surface.ts';
import { parseScreenLine } from './screen-line.ts';

const LOW_PRIORITY = 10;

// The terminal sends Ctrl-C to everyone: our parent ends things in order, and closes our stdin when it has.
process.on('SIGINT', () => undefined);
// A terminal that went away: nobody looks any more.
process.stdout.on('error', () => process.exit(0));
// A late frame costs nothing, a late token does.
setPriority(LOW_PRIORITY);

// Loaded only now, so that a Ctrl-C meanwhile finds us prepared.
const { openScreen } = await import('../tui/open-screen.tsx');
const surface = terminalSurface(process.stdout);
const screen = openScreen(surface, process.stdin);
surface.onResize(() => screen.resized());
try {
  for await (const line of createInterface({ input: process.stdin })) screen.show(parseScreenLine(line));
} catch (error) {
  // Not ours to draw over: the terminal is given back first, and our parent tells what we said.
  screen.close();
  surface.restore();
  process.stderr.write(`${(error as Error).message}\n`, () => process.exit(1));
  await new Promise(() => undefined);
}
screen.close();
surface.restore();
process.exit(0);

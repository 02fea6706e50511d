import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { treeOf } from '../../fixtures/demo.ts';
import { fixture, until } from '../../fixtures/programs.ts';
import { openTerminal, running, SCREEN, skipWithoutTerminal, type Terminal } from '../../fixtures/tmux.ts';

/** As long as a loaded machine needs. */
const PATIENCE_MS = 40_000;
const FEEDER = /^\S*node .*feeder\.ts/;
const COMMAND = [process.execPath, '--import', 'tsx', fixture('tui/feeder.ts')];
/** Prints the terminal's modes, and begins when somebody presses enter: so the modes before are known. */
const FIRST = ['sh', '-c', 'echo READY; read go; exec "$@"', 'sh'];

/** Whether the terminal belongs to that process's job. */
const ownsIt = (pid: number): boolean => {
  const [group, terminal] = execFileSync('ps', ['-o', 'pgid=,tpgid=', '-p', String(pid)], { encoding: 'utf8' })
    .trim()
    .split(/\s+/);
  return group === terminal;
};

describe('keys on a real terminal', function () {
  this.timeout(120_000);
  let terminal: Terminal;
  let modesBefore: string;
  before(skipWithoutTerminal);
  afterEach(() => terminal.close());

  const open = async (onInterrupt = 'goes on', name = 'serveScreen', columns = 100): Promise<void> => {
    terminal = openTerminal(columns, 30, [...FIRST, ...COMMAND, name, 'color', onInterrupt]);
    await terminal.shows('READY');
    modesBefore = terminal.lineModes();
    terminal.keys('Enter');
    await terminal.shows(/\? help|EXIT/);
  };
  const modesAreBack = (): Promise<void> =>
    until('the terminal has its modes again', () => terminal.lineModes() === modesBefore, PATIENCE_MS);

  it('unseen and at once; Ctrl-C, Ctrl-Z and Ctrl-\\ stay with the kernel; help, panels, the other map, units, sorting, a pause', async () => {
    await open();
    expect(terminal.lineModes())
      .to.match(/-icanon/)
      .and.match(/(^|[^-])\bisig/)
      .and.match(/-echo\b/);
    terminal.keys('?');
    await terminal.shows('holds the picture still');
    terminal.keys('Escape');
    await terminal.shows('last change');
    terminal.keys('2');
    await terminal.shows('energy map  decode');
    terminal.keys('m');
    await terminal.shows('energy map  prefill');
    terminal.keys('u');
    await terminal.shows('mJ/token');
    terminal.keys('BTab');
    await terminal.shows('TTFT p50 s');
    terminal.keys('s');
    await terminal.shows('s sort: watts');
    terminal.keys('Space');
    await terminal.shows('PAUSED at 1:03');
    terminal.keys('p');
    await terminal.shows('s sort: watts');
    expect(running(terminal, SCREEN)).to.be.above(0);
  });

  it('q asks, another key takes it back; q twice ends it in order', async () => {
    await open('ends');
    terminal.keys('q');
    await terminal.shows('q again ends it in order');
    terminal.keys('x');
    await terminal.shows('? help');
    terminal.keys('q');
    await terminal.shows('q again ends it in order');
    terminal.keys('q');
    await terminal.shows('EXIT 0');
    expect(terminal.text()).to.include('closed');
    expect(terminal.lineModes()).to.equal(modesBefore);
  });

  it('the screen is killed: the modes are as they were', async () => {
    await open();
    process.kill(running(terminal, SCREEN), 'SIGKILL');
    await terminal.shows('EXIT 7');
    expect(terminal.lineModes()).to.equal(modesBefore);
  });

  it('whoever started it is killed: the modes are as they were', async () => {
    await open();
    process.kill(running(terminal, FEEDER), 'SIGKILL');
    await modesAreBack();
  });

  it('Ctrl-C works while the screen hangs', async () => {
    await open('ends');
    process.kill(running(terminal, SCREEN), 'SIGSTOP');
    terminal.keys('C-c');
    await terminal.shows('EXIT 0');
    expect(terminal.lineModes()).to.equal(modesBefore);
    expect(terminal.modes()).to.deep.equal({ cursor: true, wrap: true });
  });

  it('Ctrl-Z gives the terminal to the shell; in the background nothing is read from it; in front keys come again', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'voltana-jobs-'));
    const file = join(folder, 'said');
    const says = async (command: string, what: RegExp): Promise<void> => {
      terminal.keys(`${command} > ${file}`, 'Enter');
      await until(`${command} says ${what}`, () => what.test(readFileSync(file, { encoding: 'utf8', flag: 'a+' })), PATIENCE_MS);
    };
    try {
      terminal = openTerminal(100, 30, ['bash', '--norc', '--noprofile', '-i']);
      await terminal.shows(/[$#]/);
      terminal.keys([...COMMAND, 'serveScreen'].join(' '), 'Enter');
      await terminal.shows('? help');
      const feeder = running(terminal, FEEDER);
      terminal.keys('C-z');
      await terminal.shows('Stopped');
      await says('stty -a', / icanon/);
      terminal.keys('bg', 'Enter');
      await says('jobs', /Running/);
      // A screen that read this would have stopped its whole job.
      await says('echo typed', /typed/);
      await says('jobs', /Running/);
      terminal.keys('fg', 'Enter');
      await until('keys come', () => /-icanon .*-echo/s.test(terminal.lineModes()) && ownsIt(feeder), PATIENCE_MS).catch(
        (error: unknown) => {
          throw new Error(`${(error as Error).message}; it shows:\n${terminal.text()}\n${terminal.lineModes()}`);
        },
      );
      terminal.keys('?');
      await terminal.shows('holds the picture still');
      expect(treeOf(terminal.pid())).to.include(feeder);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

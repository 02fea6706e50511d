import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { treeOf } from '../../fixtures/demo.ts';
import { fixture, until } from '../../fixtures/programs.ts';
import { openTerminal, running, SCREEN, skipWithoutTerminal, type Terminal } from '../../fixtures/tmux.ts';
import { expectGolden } from '../../golden/golden.ts';

const FEEDER = /^\S*node .*feeder\.ts/;

describe('the screen on a real terminal', function () {
  this.timeout(60_000);
  let terminal: Terminal;
  before(skipWithoutTerminal);
  afterEach(() => terminal.close());

  const open = async (columns: number, rows: number, name: string, ...more: string[]): Promise<void> => {
    terminal = openTerminal(columns, rows, [process.execPath, '--import', 'tsx', fixture('tui/feeder.ts'), name, ...more]);
    await terminal.shows(/last change|EXIT/);
  };

  for (const name of ['profileScreen', 'candidateScreen']) {
    it(`${name}: follows the window, and what the old size left is gone`, async () => {
      // A frame is drawn in several writes: what stands still for a while is the whole of it.
      const golden = async (size: string): Promise<void> => {
        let [before, text] = ['', terminal.text()];
        for (let looks = 0; looks < 40 && (before === '' || text !== before); looks += 1) {
          await sleep(300);
          [before, text] = [text, terminal.text()];
        }
        expectGolden(`tui/${name}-${size}.txt`, `${text}\n`);
      };
      await open(80, 24, name);
      await golden('80x24');
      expect(terminal.modes()).to.deep.equal({ cursor: false, wrap: false });
      terminal.resize(120, 40);
      await terminal.shows(/ {40}[01]:\d\d of about/);
      await golden('120x40');
      terminal.resize(50, 12);
      await terminal.shows(/^ voltana demo.*…/);
      expect(terminal.text().split('\n').length).to.be.at.most(11);
      terminal.resize(80, 24);
      await terminal.shows(/\n · candidate|baseline 1\.060 at 0:12/);
      await golden('80x24');
    });
  }

  it('Ctrl-C is left to the parent; closed in order: the last frame stays, what comes next is below, cursor and wrap are back', async () => {
    await open(80, 24, 'candidateScreen');
    terminal.keys('C-c');
    await sleep(300);
    process.kill(running(terminal, FEEDER), 'SIGUSR1');
    await terminal.shows('EXIT 0');
    expect(terminal.all()).to.match(/^ voltana demo(.|\n)*warning +p1(.|\n)*\n(\^C)?\n*closed\nEXIT 0$/);
    expect(terminal.modes()).to.deep.equal({ cursor: true, wrap: true });
  });

  it('killed: whoever started it hears of it and has the terminal in order', async () => {
    await open(80, 24, 'candidateScreen');
    process.kill(running(terminal, SCREEN), 'SIGKILL');
    await terminal.shows('EXIT 7');
    expect(terminal.text()).to.include('failed: the screen was ended by SIGKILL');
    expect(terminal.modes()).to.deep.equal({ cursor: true, wrap: true });
  });

  it('whoever started it is killed: it ends by itself and leaves the terminal in order', async () => {
    await open(80, 24, 'candidateScreen');
    const screen = running(terminal, SCREEN);
    process.kill(running(terminal, FEEDER), 'SIGUSR2');
    await until('the screen is gone', () => !treeOf(terminal.pid()).includes(screen));
    await until('cursor and wrap are back', () => terminal.modes().cursor && terminal.modes().wrap);
  });

  it('colours are blue and orange, never red or green', async () => {
    await open(80, 24, 'candidateScreen');
    const styled = terminal.styled();
    expect(styled, 'blue').to.match(/\u001b\[(38;5;117|94)m/);
    expect(styled, 'orange').to.match(/\u001b\[(38;5;214|33)m/);
    expect(styled).not.to.match(/\u001b\[(\d+;)*(31|32|91|92)m/);
  });

  it('without colour it sends none', async () => {
    await open(80, 24, 'candidateScreen', 'plain');
    expect(terminal.styled()).not.to.match(/\u001b\[[\d;]*m/);
  });
});

import { expect } from 'chai';
import { processArgs } from '../../src/adapters/host/installation.ts';
import { readCommandLine } from '../../src/adapters/host/process-table.ts';
import { treeOf } from '../fixtures/demo.ts';
import { fixture, isAlive, until } from '../fixtures/programs.ts';
import { ScreenHost } from '../fixtures/tui/remote-screen.ts';
import { candidateScreen } from '../fixtures/tui/screens.ts';
import { screenContract } from './screen.ts';

describe('screens', function () {
  this.timeout(60_000);
  let host: ScreenHost;
  before(() => void (host = new ScreenHost()));
  after(() => host.stop());

  const drawing = (what: RegExp): number[] => treeOf(host.child.pid!).filter((pid) => what.test(readCommandLine(pid)) && isAlive(pid));
  const INK = /processes\/screen\./;

  screenContract('Ink in a process of its own', {
    open: () => host.open(processArgs('screen')),
    drawn: () => host.drawn,
    broken: () => host.broken,
    kill: () => drawing(INK).forEach((pid) => process.kill(pid, 'SIGKILL')),
    alive: () => drawing(INK).length > 0,
  });

  it('one that hangs, deaf to SIGTERM, is closed all the same, and the terminal is in order', async () => {
    const screen = host.open(['--import', 'tsx', fixture('tui/deaf-screen.ts')]);
    // It reads one line and no more.
    screen.show(candidateScreen);
    await until('it is deaf', () => host.drawn.includes('"ready":true'));
    await screen.close(candidateScreen);
    expect(drawing(/tui\/deaf-screen\.ts/)).to.deep.equal([]);
    await until('the cursor is back', () => host.drawn.includes('\u001b[?25h'));
    expect(host.broken).to.deep.equal([]);
  });
});

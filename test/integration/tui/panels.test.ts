import { setTimeout as sleep } from 'node:timers/promises';
import { fixture } from '../../fixtures/programs.ts';
import { openTerminal, skipWithoutTerminal, type Terminal } from '../../fixtures/tmux.ts';
import { expectGolden } from '../../golden/golden.ts';

const SIZES = [
  [80, 24],
  [120, 40],
  [200, 60],
] as const;

describe('pictures on a real terminal', function () {
  this.timeout(90_000);
  let terminal: Terminal;
  before(skipWithoutTerminal);
  afterEach(() => terminal.close());

  /** A frame is drawn in several writes: what stands still for a while is the whole of it. */
  const golden = async (name: string): Promise<void> => {
    let [before, text] = ['', terminal.text()];
    for (let looks = 0; looks < 40 && (before === '' || text !== before); looks += 1) {
      await sleep(300);
      [before, text] = [text, terminal.text()];
    }
    expectGolden(`tui/${name}.txt`, `${text}\n`);
  };

  for (const name of ['serveScreen', 'tuningScreen', 'gridScreen', 'searchScreen']) {
    it(`${name} at 80x24, 120x40 and 200x60`, async () => {
      const [[columns, rows], ...larger] = SIZES;
      terminal = openTerminal(columns, rows, [process.execPath, '--import', 'tsx', fixture('tui/feeder.ts'), name]);
      await terminal.shows(/\? help|EXIT/);
      await golden(`${name}-${columns}x${rows}`);
      for (const [width, height] of larger) {
        terminal.resize(width, height);
        await terminal.shows(new RegExp(`^ voltana .{${width - 35},}\\d:\\d\\d`));
        await terminal.shows('? help');
        await golden(`${name}-${width}x${height}`);
      }
    });
  }
});

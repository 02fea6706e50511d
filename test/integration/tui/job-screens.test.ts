import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { isAlive, until } from '../../fixtures/programs.ts';
import { RUN, treeOf } from '../../fixtures/demo.ts';
import { openTerminal, skipWithoutTerminal, type Terminal } from '../../fixtures/tmux.ts';

const CLUSTER = 'emulated-2p2d-a100-llama-3.1-8b';
const DEVICES = ['--gpu', 'a100-sxm4-80gb', '--model', 'llama-3.1-8b', '--gpus', '2..3', '--rate', '4'];
const PROMISE = ['--slo-ttft', '1000', '--slo-itl', '50'];

/** The real commands as somebody types them in a terminal, interrupted in the middle. */
describe('jobs on a real terminal', function () {
  this.timeout(120_000);
  const folder = mkdtempSync(join(tmpdir(), 'voltana-job-screens-'));
  let terminal: Terminal;
  before(skipWithoutTerminal);
  afterEach(() => terminal.close());
  after(() => rmSync(folder, { recursive: true, force: true }));

  for (const [name, args, shows] of [
    ['profile', ['profile', '--cluster', CLUSTER, '--output', join(folder, 'profile.json')], /\d+ of \d+/],
    ['bench', ['bench', '--cluster', CLUSTER, '--rate', '4', '--duration', '60'], /\d+ sent of 2\d\d/],
    ['tune', ['tune', '--search', ...DEVICES, ...PROMISE, '--effort', 'quick', '--workers', '1'], /\d+ configurations/],
  ] as const) {
    it(`${name}: shows how it goes, and Ctrl-C ends it with 130, its processes gone and the terminal as before`, async () => {
      terminal = openTerminal(100, 30, [process.execPath, RUN, ...args], {
        VOLTANA_RUNS_DIR: folder,
      });
      await terminal.shows('? help');
      await terminal.shows(shows);
      expect(terminal.text().split('\n').length, 'rows').to.be.at.most(30);
      const started = treeOf(terminal.pid()).filter((pid) => pid !== terminal.pid());
      expect(started.length, 'the job and its screen').to.be.at.least(2);
      terminal.keys('C-c');
      await terminal.shows('EXIT 130');
      await until('nothing is left of it', () => !started.some(isAlive));
      expect(terminal.modes()).to.deep.equal({ cursor: true, wrap: true });
      expect(terminal.lineModes())
        .to.match(/ icanon /)
        .and.match(/ echo /);
    });
  }
});

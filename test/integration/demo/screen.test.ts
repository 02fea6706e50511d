import { expect } from 'chai';
import { allGone, demoFolder, RUN, treeOf } from '../../fixtures/demo.ts';
import { isAlive } from '../../fixtures/programs.ts';
import { openTerminal, running, SCREEN, skipWithoutTerminal, type Terminal } from '../../fixtures/tmux.ts';

/** The whole way, with real processes, on a terminal as a user has it. */
describe('voltana demo on a terminal', function () {
  this.timeout(120_000);
  const files = demoFolder();
  let terminal: Terminal;
  before(skipWithoutTerminal);
  afterEach(() => terminal.close());
  after(() => files.remove());
  const start = (args: readonly string[], env: Record<string, string> = {}): void => {
    terminal = openTerminal(80, 24, [process.execPath, RUN, 'demo', ...args], env);
  };
  const IN_ORDER = { cursor: true, wrap: true };

  it('shows the live screen, leaves its last frame, and prints the table below it', async () => {
    start(files.small);
    await terminal.shows('▸ profile');
    await terminal.shows(/TTFT p50 ms/);
    await terminal.shows(/EXIT \d/, 90_000);
    const all = terminal.all();
    expect(all)
      .to.match(/✓ baseline +max: [^\n]*J per output token/)
      .and.match(/✓ candidate +slo: /)
      .and.match(/emulated: modelled joules/);
    expect(all.indexOf('energy per output token')).to.be.above(all.lastIndexOf('✓ candidate'));
    expect(all, 'no lines beside the screen').not.to.match(/^(cluster|profile|fit|baseline|candidate): /m);
    expect(terminal.modes()).to.deep.equal(IN_ORDER);
  });

  it('goes on in lines when the screen is killed', async () => {
    start(files.small);
    await terminal.shows('▸ profile');
    process.kill(running(terminal, SCREEN), 'SIGKILL');
    await terminal.shows('the screen was ended by SIGKILL; the demo goes on, in lines:');
    expect(terminal.modes()).to.deep.equal(IN_ORDER);
    await terminal.shows(/EXIT \d/, 90_000);
    expect(terminal.all().match(/^(cluster|profile|fit|baseline|candidate): /gm)).to.have.length(7);
    expect(terminal.all()).to.include('energy per output token');
  });

  it('Ctrl-C: says where it was, exits with 130, and leaves neither a process nor a hidden cursor', async () => {
    start(files.small);
    await terminal.shows('▸ baseline');
    const pids = treeOf(terminal.pid()).slice(1).filter(isAlive);
    expect(pids.length).to.be.above(3);
    terminal.keys('C-c');
    await terminal.shows('EXIT 130');
    expect(terminal.all())
      .to.match(/■ baseline +stopped:/)
      .and.match(/error: Interrupted/);
    expect(terminal.modes()).to.deep.equal(IN_ORDER);
    await allGone(pids.filter((pid) => pid !== treeOf(terminal.pid())[1]));
  });

  it('--no-tui and TERM=dumb get lines and no screen', async () => {
    start([...files.small, '--no-tui']);
    await terminal.shows(/^cluster: /m);
    expect(() => running(terminal, SCREEN)).to.throw();
    expect(terminal.modes()).to.deep.equal(IN_ORDER);
    terminal.close();
    start(files.small, { TERM: 'dumb' });
    await terminal.shows(/^cluster: /m);
    expect(() => running(terminal, SCREEN)).to.throw();
    expect(terminal.styled()).not.to.match(/\u001b/);
  });
});

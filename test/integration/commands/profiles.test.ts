import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { demoFolder, RUN, startGroup } from '../../fixtures/demo.ts';
import { openTerminal, skipWithoutTerminal, type Terminal } from '../../fixtures/tmux.ts';

const voltana = async (...args: string[]) => {
  const started = startGroup(process.execPath, [RUN, ...args]);
  const exit = await started.ended;
  return { exit, stdout: started.stdout(), stderr: started.stderr() };
};
const SHIPPED_GPU = JSON.parse(readFileSync('profiles/gpus/h200-sxm5-141gb.json', 'utf8')) as object;

describe('voltana profiles', function () {
  this.timeout(60_000);
  const files = demoFolder();
  after(() => files.remove());

  it('list prints a table per kind into a pipe: no colours, at most 100 columns', async () => {
    const { exit, stdout, stderr } = await voltana('profiles', 'list');
    expect({ exit, stderr }).to.deep.equal({ exit: 0, stderr: '' });
    expect(stdout.match(/^[A-Z]+ +NAME +SOURCE$/gm)!.map((line) => line.split(' ')[0])).to.deep.equal([
      'GPU',
      'MODEL',
      'ENGINE',
      'WORKLOAD',
      'CLUSTER',
      'FITTED',
    ]);
    expect(stdout).to.match(/^a100-sxm4-80gb +NVIDIA A100-SXM4-80GB +80 GiB, vendor data sheet/m);
    expect(stdout).not.to.include('\u001b');
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).to.equal(100);
  });

  it('list --json prints one document, whole sources included, and --output holds the same', async () => {
    const output = files.at('cards.json');
    const { exit, stdout } = await voltana('profiles', 'list', '--kind', 'gpu', '--json', '--output', output);
    const document = JSON.parse(stdout) as { kind: string; cards: Record<string, string>[] };
    expect([exit, document.kind, document.cards.length]).to.deep.equal([0, 'cards', 5]);
    expect(document.cards[0]).to.have.all.keys('kind', 'id', 'name', 'source', 'file');
    expect(document.cards[0]!['source']!.length).to.be.above(200);
    expect(readFileSync(output, 'utf8')).to.equal(stdout);
  });

  it('show prints one card with the source of every figure; --json the card as it ships', async () => {
    const text = await voltana('profiles', 'show', 'h200-sxm5-141gb');
    expect(text).to.include({ exit: 0, stderr: '' });
    expect(text.stdout)
      .to.match(/^gpu h200-sxm5-141gb: NVIDIA H200/)
      .and.match(/^lock\.clampAboveMhz +1830 +\S/m);
    const { stdout } = await voltana('profiles', 'show', 'h200-sxm5-141gb', '--json');
    expect(JSON.parse(stdout)).to.deep.include({ kind: 'card', of: 'gpu', card: SHIPPED_GPU });
  });

  for (const [what, args, says] of [
    ['an unknown id', ['show', 'a100-sxm4-80g'], /^error: unknown card "a100-sxm4-80g"\. Did you mean "a100-sxm4-80gb"\? Known: /],
    ['an id of another kind', ['show', 'qwen3-8b', '--kind', 'gpu'], /^error: unknown GPU "qwen3-8b"\. /],
    ['a kind that there is not', ['list', '--kind', 'gpus'], /^error: Expected --kind=gpus to be one of: gpu, .*Did you mean gpu\?/],
    ['no id', ['show'], /^error: .*id/i],
    ['a misspelt command', ['lst'], /^error: unknown command "profiles lst"\. Did you mean voltana profiles list\?/],
  ] as const) {
    it(`refuses ${what} with one line and exit 2`, async () => {
      const { exit, stdout, stderr } = await voltana('profiles', ...args);
      expect({ exit, stdout }).to.deep.equal({ exit: 2, stdout: '' });
      expect(stderr).to.match(says);
      expect(stderr.trimEnd().split('\n')).to.have.length(1);
    });
  }

  describe('on a terminal', () => {
    before(skipWithoutTerminal);
    let terminal: Terminal;
    afterEach(() => terminal.close());

    it('uses its width, and bold headings', async () => {
      terminal = openTerminal(80, 60, [process.execPath, RUN, 'profiles', 'list']);
      await terminal.shows('EXIT 0');
      expect(terminal.text()).to.match(/^a100-sxm4-80gb .{30,}…$/m);
      expect(terminal.styled()).to.match(/\u001b\[1mGPU/);
      // A row that were wider would go on in the next line.
      expect(
        terminal
          .text()
          .split('\n')
          .filter((line) => /^[ah]\d+-(sxm|pcie)/.test(line)),
      ).to.have.length(5);
    });

    it('--no-color keeps it plain', async () => {
      terminal = openTerminal(120, 60, [process.execPath, RUN, 'profiles', 'show', 'sglang-like', '--no-color']);
      await terminal.shows('EXIT 0');
      expect(terminal.text()).to.match(/^maxRunningDecode +1024 +VoltanaLLM/m);
      expect(terminal.styled()).not.to.include('\u001b');
    });
  });
});

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { parseGpuCard } from '../../../src/config/cards.ts';
import { cardText, gpuCard } from '../../fixtures/cards.ts';
import { SAMPLES } from '../../fixtures/measurements.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const GPU = 'a100-sxm4-80gb';
const PROCESS_MS = 60_000;

describe('npm run calibrate', function () {
  this.timeout(PROCESS_MS);
  let folder = '';
  let data = '';
  const calibrate = (...args: readonly string[]) =>
    spawnSync(process.execPath, ['--import', 'tsx', join(ROOT, 'bin/calibrate.ts'), ...args], { cwd: ROOT, encoding: 'utf8' });

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'voltana-calibrate-'));
    data = join(folder, 'measured.csv');
    writeFileSync(data, SAMPLES.allReduce.replace(',0.01\n', ',0.02\n'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('writes a whole card where it is told to, and says what it made of the constants and errors', () => {
    const file = join(folder, 'card.json');
    const { status, stdout, stderr } = calibrate('--gpu', GPU, '--data', data, '--output', file);
    expect([status, stderr]).to.deep.equal([0, '']);
    const card = parseGpuCard(readFileSync(file, 'utf8'), file);
    // The shipped card is read after the run: it has not changed.
    expect(card.allReduce).not.to.deep.equal(gpuCard(GPU).allReduce);
    expect({ ...card, allReduce: null, sources: null }).to.deep.equal({ ...gpuCard(GPU), allReduce: null, sources: null });
    expect(stdout).to.match(/^constant +before +after\nallReduce\.floorMs +\S+ +\S+\nallReduce\.GBps/);
    expect(stdout).to.match(/\nerrors before\n.*\nall-reduce +latency +1 .*131072 elements, 2 GPUs\n\nerrors after\n/);
    expect(stdout).to.match(new RegExp(`\\nwrote ${file}\\n$`));
    expect(readdirSync(folder).toSorted()).to.deep.equal(['card.json', 'measured.csv']);
  });

  it('with --dry-run tells the same and writes nothing', () => {
    const before = gpuCard(GPU).allReduce;
    const { status, stdout } = calibrate('--gpu', GPU, '--data', data, '--dry-run');
    expect(gpuCard(GPU).allReduce, 'the shipped card').to.deep.equal(before);
    expect(status).to.equal(0);
    expect(stdout)
      .to.match(/errors after/)
      .and.not.to.match(/wrote/);
  });

  it('a folder that is not there is an error of the environment, and leaves nothing behind', () => {
    const { status, stderr } = calibrate('--gpu', GPU, '--data', data, '--output', join(folder, 'none', 'card.json'));
    expect(status).to.equal(3);
    expect(stderr).to.match(/^error: Cannot write .*card\.json: .+\. Check the folder/);
  });

  const WRONG: Record<string, readonly [args: () => string[], says: RegExp]> = {
    'an unknown GPU': [() => ['--gpu', 'a1000', '--data', data], /no card "a1000" in profiles\/gpus; there are a100-pcie-80gb, .*Use one/],
    'a path as a GPU': [() => ['--gpu', `../gpus/${GPU}`, '--data', data], /no card "\.\.\/gpus\/a100-sxm4-80gb"/],
    'an unknown engine': [() => ['--gpu', GPU, '--data', data, '--engine', 'x'], /no card "x" in profiles\/engines; there are sglang-like/],
    'a file that is not there': [() => ['--gpu', GPU, '--data', join(folder, 'none.csv')], /Cannot read .*none\.csv: .+\. Check the path/],
    'a file that is no table': [() => ['--gpu', GPU, '--data', join(ROOT, 'LICENSE')], /LICENSE.*(Correct|columns)/],
    'no GPU': [() => ['--data', data], /--gpu ID is missing\. Name a card/],
    'no data': [() => ['--gpu', GPU], /--data FILE is missing\. Name one or more/],
    'an unknown flag': [() => ['--gpu', GPU, '--datas', data], /'--datas'.*There are --gpu, --data,/],
  };
  for (const [name, [args, says]] of Object.entries(WRONG)) {
    it(`${name}: exit code 2, one line and the next step`, () => {
      const { status, stdout, stderr } = calibrate(...args());
      expect([status, stdout]).to.deep.equal([2, '']);
      expect(stderr)
        .to.match(/^error: [^\n]+\n$/)
        .and.match(says);
    });
  }

  it('keeps the text of a card whose constants it does not touch', () => {
    const file = join(folder, 'card.json');
    calibrate('--gpu', GPU, '--data', data, '--output', file);
    const kept = cardText('gpus', GPU)
      .split('\n')
      .filter((line) => !line.includes('allReduce'));
    expect(
      readFileSync(file, 'utf8')
        .split('\n')
        .filter((line) => !line.includes('allReduce')),
    ).to.deep.equal(kept);
  });
});

import { existsSync, openSync, closeSync, readdirSync, symlinkSync } from 'node:fs';
import { expect } from 'chai';
import { demoFolder, killTree, RUN, startDemo, startGroup, type StartedDemo } from '../../fixtures/demo.ts';
import { validator } from '../../fixtures/schemas.ts';

const NO_SPACE = '/dev/full';

/** A device that is always full stands for the disk that is full at the end of a run. */
describe('voltana demo on a full disk', function () {
  this.timeout(60_000);
  const files = demoFolder();
  const link = files.at('full.json');
  let toFile: StartedDemo;
  let toStdout: StartedDemo;

  before(async function () {
    if (!existsSync(NO_SPACE)) this.skip();
    symlinkSync(NO_SPACE, link);
    const full = openSync(NO_SPACE, 'w');
    toFile = startDemo([...files.small, '--json', '--quiet', '--output', link, '--output', files.at('good.json')]);
    toStdout = startDemo([...files.small, '--json', '--quiet'], { stdio: ['ignore', full, 'pipe'] });
    closeSync(full);
    await Promise.all([toFile.ended, toStdout.ended]);
  });
  after(() => {
    for (const demo of [toFile, toStdout]) if (demo) killTree(demo.pid);
    files.remove();
  });

  it('an --output that cannot be written costs the exit code, not the result', async () => {
    expect(validator('comparison')(JSON.parse(toFile.stdout()))).to.equal(true);
    expect(toFile.stderr()).to.match(
      /\nerror: Cannot write .*full\.json: no space left\. Check the folder, its permissions and the free space\.\n$/,
    );
    expect(await toFile.ended).to.equal(3);
  });

  it('its parts are kept, and the other --output is written', () => {
    const kept = ['baseline', 'candidate', 'fitted', 'profile'].map((part) => `full.partial-${part}.json`);
    expect(
      readdirSync(files.folder)
        .filter((name) => name.includes('.partial-'))
        .sort(),
    ).to.deep.equal(kept);
    expect(toFile.stderr()).to.match(/^parts kept: /);
    expect(existsSync(files.at('good.json'))).to.equal(true);
  });

  it('a stdout that is full is an error in one line, not a crash', async () => {
    expect(toStdout.stderr()).to.match(/^error: Cannot write to the output: ENOSPC[^\n]*\n$/);
    expect(await toStdout.ended).to.equal(3);
  });
});

describe('voltana answers at once', () => {
  const ask = async (...args: string[]): Promise<string> => {
    const command = startGroup(process.execPath, [RUN, ...args]);
    expect(await command.ended, command.stderr()).to.equal(0);
    expect(command.stderr()).to.equal('');
    return command.stdout();
  };
  const planned = async (...args: string[]): Promise<Record<string, unknown>> =>
    JSON.parse(await ask('demo', '--dry-run', '--json', ...args)) as Record<string, unknown>;

  it('--version and --help', async () => {
    expect(await ask('--version')).to.match(/^voltana\/\d+\.\d+\.\d+ /);
    expect(await ask('--help'))
      .to.match(/demo/)
      .and.match(/estimate/);
  });

  it('demo --help names every flag of the contract and where stopped runs are kept', async () => {
    const help = await ask('demo', '--help');
    for (const flag of ['json', 'output', 'quiet', 'verbose', 'seed', 'dry-run']) expect(help).to.contain(`--${flag}`);
    expect(help)
      .to.contain('--[no-]color')
      .and.match(/partial-profile/);
  });

  it('--dry-run tells the plan and starts nothing', async () => {
    const text = await ask('demo', '--dry-run', '--requests', '12');
    expect(text)
      .to.match(/would start: emulated prefill instance p0/)
      .and.match(/serve 12 requests of azure-conv-2023/);
  });

  it('the same --seed plans the same arrivals, another one others', async () => {
    const [first, again, other] = [await planned('--seed', '5'), await planned('--seed', '5'), await planned('--seed', '6')];
    expect(first).to.deep.equal(again);
    expect(first).to.include({ kind: 'plan', requests: 160, seed: 5 });
    expect(first['arrivalsS']).not.to.equal(other['arrivalsS']);
  });
});

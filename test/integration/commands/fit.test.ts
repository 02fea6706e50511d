import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { FittedDocument } from '../../../src/domain/profile.ts';
import { ROOT, RUN } from '../../fixtures/demo.ts';
import { ended } from '../../fixtures/programs.ts';
import { profileDocument, smallSpecs } from '../../fixtures/profile-document.ts';
import { openTerminal, skipWithoutTerminal, type Terminal } from '../../fixtures/tmux.ts';

interface Answer {
  readonly exit: number | NodeJS.Signals;
  readonly stdout: string;
  readonly stderr: string;
}

const voltana = async (...args: string[]): Promise<Answer> => {
  const child = spawn(process.execPath, [RUN, ...args], { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
  const seen = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) child[name].setEncoding('utf8').on('data', (chunk: string) => (seen[name] += chunk));
  const closed = new Promise((resolve) => child.once('close', resolve));
  const exit = await ended(child);
  await closed;
  return { exit, ...seen };
};

const read = (file: string): string => readFileSync(file, 'utf8');
const DECODE = ['--phase', 'decode', '--batch', '64', '--context-tokens', '1024'];

describe('voltana fit', function () {
  this.timeout(60_000);
  let folder: string;
  let profile: string;
  const inFolder = (name: string): string => join(folder, name);

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'voltana-fit-'));
    profile = inFolder('profile.json');
    writeFileSync(profile, JSON.stringify(profileDocument(smallSpecs())));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('from profile to fit to tables and back, and to an estimate', async () => {
    const [json, csv, svg, back] = ['fit.json', 'table.csv', 'plot.svg', 'back.json'].map(inFolder) as [string, string, string, string];
    const fitted = await voltana('fit', profile, '--output', json, '--output', csv, '--output', svg, '--json');
    expect(fitted.exit).to.equal(0);
    const tables = ['decode-energy', 'prefill-latency', 'prefill-energy'].map((subject) => inFolder(`table.${subject}.csv`));
    expect(fitted.stderr.trimEnd().split('\n')).to.have.members([json, csv, ...tables, svg].map((file) => `wrote ${file}`));
    const document = JSON.parse(fitted.stdout) as FittedDocument;
    expect(document).to.deep.equal(JSON.parse(read(json)));
    expect(document).to.include({ kind: 'fitted', evidence: 'emulated', schemaVersion: 1 });
    expect(document.argv).to.deep.equal(['fit', profile, '--output', json, '--output', csv, '--output', svg, '--json']);
    expect(document.quality.decode.heldOutPoints).to.be.above(10);
    expect(document.dvfs.decode.length).to.be.above(3);
    expect(read(svg)).to.match(/^<svg /);
    expect(readdirSync(folder)).to.include.members([
      'table.csv',
      'table.decode-energy.csv',
      'table.prefill-latency.csv',
      'table.prefill-energy.csv',
    ]);
    expect(read(csv)).to.match(/^freq,bs_start,bs_end,coef_bs,coef_tokens,coef_intercept,r_2\n690,1,/);

    expect((await voltana('fit', csv, '--output', back)).exit).to.equal(0);
    const imported = JSON.parse(read(back)) as FittedDocument;
    expect(imported).to.include({ kind: 'fitted', evidence: 'extrapolated' });
    const segments = (from: FittedDocument) =>
      from.instances.find(({ phase }) => phase === 'decode')!.levels.map((level) => level.segments);
    expect(segments(imported)).to.deep.equal(segments(document));

    const asked = JSON.parse((await voltana('estimate', '--fitted', json, ...DECODE, '--clock', '1005', '--json')).stdout) as Record<
      string,
      unknown
    >;
    expect(asked).to.include({
      kind: 'estimate',
      clockMhz: 1005,
      appliedClockMhz: 1005,
      capped: false,
      bound: 'memory',
      inRange: true,
      evidence: 'emulated',
    });
    expect(asked['errorPct']).to.have.keys('latency', 'power');
    const table = await voltana('estimate', '--fitted', back, ...DECODE, '--clock', '1005');
    expect(table.stdout)
      .to.match(/ n\/a +/)
      .and.match(/evidence: extrapolated, beyond what was measured/);
  });

  it('prints a summary and plots of 80 columns in a pipe, without escape codes', async () => {
    const { exit, stdout } = await voltana('fit', profile, '--plot');
    expect(exit).to.equal(0);
    expect(stdout).to.not.include('\u001b');
    expect(stdout)
      .to.match(/ERROR ON HELD-OUT POINTS/)
      .and.match(/Energy per token against clock: decode, d0/)
      .and.match(/Latency against batch: decode, d0/);
    const plots = stdout.slice(stdout.indexOf('Energy per token')).split('\n');
    expect(Math.max(...plots.map((line) => line.length))).to.be.at.most(80);
  });

  describe('in a terminal', () => {
    let terminal: Terminal;
    before(skipWithoutTerminal);
    afterEach(() => terminal.close());

    it('draws the plots, whole lines of them, and ends', async () => {
      terminal = openTerminal(100, 120, [process.execPath, RUN, 'fit', profile, '--plot']);
      await terminal.shows('EXIT 0');
      expect(terminal.text())
        .to.match(/1 \d+ tokens\/s: least at \d+ MHz/)
        .and.match(/SM clock \(MHz\)/)
        .and.match(/[⠉-⣿]{4}/);
      expect(
        terminal
          .text()
          .split('\n')
          .every((line) => line.length <= 100),
      ).to.equal(true);
    });
  });

  const refused: readonly (readonly [what: string, args: () => readonly string[], exit: number, says: RegExp])[] = [
    ['no profile', () => [], 2, /PROFILE|profile/],
    ['a file that is not there', () => [inFolder('none.json')], 2, /none\.json: no such file/],
    ['a cluster file', () => [join(ROOT, 'profiles/clusters/emulated-2p2d-a100-llama-3.1-8b.yaml')], 2, /emulated-2p2d/],
    ['a file that ends as no format does', () => [profile, '--output', inFolder('x.txt')], 2, /\.json or \.csv or \.svg/],
    ['a format without a file', () => [profile, '--format', 'voltanallm-csv'], 2, /has no file to go to/],
    ['a folder that is not there', () => [profile, '--output', inFolder('no/x.csv')], 3, /Cannot write/],
    ['an unknown GPU', () => [profile, '--gpu', 'b200'], 2, /not b200/],
    ['another width', () => [profile, profile, '--tp', '2'], 2, /measured with tp 1, not 2/],
  ];
  for (const [what, args, exit, says] of refused) {
    it(`refuses ${what} with exit ${exit} and nothing on stdout`, async () => {
      const answer = await voltana('fit', ...args());
      expect({ exit: answer.exit, stdout: answer.stdout }).to.deep.equal({ exit, stdout: '' });
      expect(answer.stderr).to.match(says);
    });
  }

  it('takes its arguments in any order', async () => {
    const file = inFolder('ordered.json');
    expect((await voltana('fit', '--output', file, profile)).exit).to.equal(0);
    expect((JSON.parse(read(file)) as FittedDocument).kind).to.equal('fitted');
  });
});

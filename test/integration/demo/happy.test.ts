import { readdirSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import type { Comparison } from '../../../src/domain/run-record.ts';
import { demoFolder, killTree, startDemo, type StartedDemo } from '../../fixtures/demo.ts';
import { validator } from '../../fixtures/schemas.ts';

/** The two run side by side, as two users of one machine would, and every test below looks at what they left. */
describe('voltana demo, twice at once', function () {
  this.timeout(90_000);
  const files = demoFolder();
  const output = files.at('run.json');
  let json: StartedDemo;
  let text: StartedDemo;
  let exits: unknown[];

  before(async () => {
    json = startDemo([...files.wide, '--seed', '7', '--json', '--quiet', '--output', output]);
    text = startDemo([...files.wide, '--seed', '7'], { env: { ...process.env, FORCE_COLOR: '1' } });
    exits = await Promise.all([json.ended, text.ended]);
  });
  after(() => {
    for (const demo of [json, text]) killTree(demo.pid);
    files.remove();
  });
  const document = (): Comparison => JSON.parse(json.stdout()) as Comparison;

  it('both end well: neither takes a port that the other has', () => {
    expect(exits, json.stderr() + text.stderr()).to.deep.equal([0, 0]);
  });

  it('--json prints one comparison that its schema accepts, and with --quiet stderr is empty', () => {
    const validate = validator('comparison');
    expect(validate(document()), JSON.stringify(validate.errors)).to.equal(true);
    expect(json.stderr()).to.equal('');
  });

  it('--output holds the same bytes, and the parts kept meanwhile are gone', () => {
    expect(readFileSync(output, 'utf8')).to.equal(json.stdout());
    expect(readdirSync(files.folder).filter((name) => name.includes('run'))).to.deep.equal(['run.json']);
  });

  it('says everywhere that it is emulated, and keeps the command line', () => {
    const { evidence, baseline, candidate, argv } = document();
    expect([evidence, baseline.evidence, candidate.evidence]).to.deep.equal(['emulated', 'emulated', 'emulated']);
    expect([baseline.mode, candidate.mode]).to.deep.equal(['emulated', 'emulated']);
    expect(argv).to.include.members(['demo', '--seed', '7']);
  });

  it('serves every request twice and leaves none', () => {
    const { baseline, candidate } = document();
    for (const { requests } of [baseline, candidate]) expect(requests).to.include({ offered: 4, completed: 4, failed: 0, unfinished: 0 });
    expect(baseline.config.governor).to.equal('max');
    expect(candidate.config.governor).to.equal('slo');
  });

  it('without --json a pipe gets one line per phase and the table, no escape sequence, nothing on stderr', () => {
    const lines = text.stdout().split('\n');
    expect(lines.slice(0, 7).map((line) => line.split(':')[0])).to.deep.equal([
      'cluster',
      'profile',
      'fit',
      'baseline',
      'baseline',
      'candidate',
      'candidate',
    ]);
    expect(text.stdout())
      .to.match(/energy per output token/)
      .and.match(/emulated/);
    expect(text.stdout()).not.to.match(/\u001b/);
    expect(text.stderr()).to.equal('');
  });

  it('nothing but the name of the trace is wider than 100 columns', () => {
    const table = text
      .stdout()
      .split('\n')
      .filter((line) => !line.includes(files.folder));
    expect(Math.max(...table.map((line) => line.length))).to.be.at.most(100);
  });
});

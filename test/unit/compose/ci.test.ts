import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { tellCi } from '../../../src/compose/ci.ts';
import { markdownOf } from '../../../src/reporting/run/markdown.ts';
import { benchRun, judged, threshold } from '../../fixtures/bench-records.ts';

const result = benchRun({ judgement: judged({ thresholds: [threshold('ttft.p99<1', 126, false)] }) });

describe('telling GitHub Actions', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'voltana-ci-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  const told = async (env: NodeJS.ProcessEnv): Promise<string[]> => {
    const lines: string[] = [];
    await tellCi(result, (line) => lines.push(line), env);
    return lines;
  };

  it("appends the page to what other steps' tools have written, and annotates", async () => {
    const file = join(folder, 'summary.md');
    writeFileSync(file, 'before\n');
    const lines = await told({ GITHUB_ACTIONS: 'true', GITHUB_STEP_SUMMARY: file });
    expect(readFileSync(file, 'utf8')).to.equal(`before\n${markdownOf(result)}\n`);
    expect(lines).to.have.length(1);
    expect(lines[0]).to.match(/^::error title=Threshold%3A ttft\.p99<1::/);
  });

  it('says when the page cannot be written, and goes on', async () => {
    const lines = await told({ GITHUB_ACTIONS: 'true', GITHUB_STEP_SUMMARY: join(folder, 'no/such/file') });
    expect(lines[1]).to.match(/^::warning title=Step summary::It could not be written: ENOENT/);
  });

  it('annotates also where there is no summary', async () => expect(await told({ GITHUB_ACTIONS: 'true' })).to.have.length(1));

  it('does nothing elsewhere', async () => {
    const file = join(folder, 'summary.md');
    writeFileSync(file, '');
    expect(await told({ GITHUB_STEP_SUMMARY: file })).to.deep.equal([]);
    expect(readFileSync(file, 'utf8')).to.equal('');
  });
});

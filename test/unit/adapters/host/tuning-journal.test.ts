import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { openTuningJournal, beforeOf } from '../../../../src/adapters/host/tuning-journal.ts';
import type { AuditEntry } from '../../../../src/domain/live-tuning.ts';

const entry = (event: AuditEntry['event'], text = 'because'): AuditEntry => ({ atMs: 1, event, text, figures: {} });
const logOf = (...events: AuditEntry['event'][]): string => events.map((event) => JSON.stringify(entry(event))).join('\n');

describe('tuning journal', () => {
  let folder: string;
  const problems: string[] = [];
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'voltana-tuning-'));
    problems.length = 0;
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const open = (rotateBytes?: number, file = join(folder, 'deep', 'audit.jsonl')) =>
    openTuningJournal({ file, onProblem: (problem) => problems.push(problem), ...(rotateBytes ? { rotateBytes } : {}) });

  it('keeps every entry in its order, one to a line, and the folder is its own', async () => {
    const journal = await open();
    expect(journal.before).to.equal(null);
    expect(existsSync(join(folder, 'deep')), 'nothing is made before there is something to say').to.equal(false);
    journal.add([entry('stage', 'one'), entry('kill', 'two')]);
    journal.add([entry('resume', 'three')]);
    await journal.close();
    const lines = readFileSync(journal.file, 'utf8').trim().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as AuditEntry).text)).to.deep.equal(['one', 'two', 'three']);
    expect((await open()).before).to.equal('running');
  });

  it('tells how the one before was left', () => {
    expect(beforeOf('')).to.equal(null);
    expect(beforeOf(logOf('stage', 'end'))).to.equal('ended');
    expect(beforeOf(logOf('stage', 'breach'))).to.equal('running');
    expect(beforeOf(logOf('stage', 'kill', 'fault'))).to.equal('killed');
    expect(beforeOf(logOf('stage', 'kill', 'end')), 'a kill outlives its gateway').to.equal('killed');
    expect(beforeOf(logOf('kill', 'resume', 'end'))).to.equal('ended');
    expect(beforeOf(logOf('end', 'stage'))).to.equal('running');
    expect(beforeOf(`${logOf('kill')}\n{"atMs":1,"event":"res`), 'a line that was cut short').to.equal('killed');
    expect(beforeOf('null\n7\n"kill"\n{"event":7}')).to.equal(null);
  });

  it('a file that has grown too large becomes the one before, and a kill in that still counts', async () => {
    const journal = await open(200);
    journal.add([entry('kill', 'x'.repeat(150))]);
    await journal.close();
    journal.add([entry('fault', 'y'.repeat(150))]);
    await journal.close();
    expect(readFileSync(`${journal.file}.1`, 'utf8'))
      .to.include('xxx')
      .and.not.include('yyy');
    expect(readFileSync(journal.file, 'utf8')).to.include('yyy').and.not.include('xxx');
    expect((await open()).before).to.equal('killed');
  });

  it('a disk that cannot be written is told once, and nobody waits for it', async () => {
    writeFileSync(join(folder, 'file'), '');
    const journal = await open(undefined, join(folder, 'file', 'audit.jsonl'));
    for (let i = 0; i < 3; i++) {
      journal.add([entry('stage')]);
      await journal.close();
    }
    expect(problems).to.have.length(1);
    expect(problems[0]).to.include('cannot be written');
  });
});

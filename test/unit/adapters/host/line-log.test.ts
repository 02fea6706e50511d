import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { expect } from 'chai';
import { createLineLog } from '../../../../src/adapters/host/line-log.ts';
import type { AuditEntry } from '../../../../src/domain/custody.ts';
import { privateFolder } from '../../../fixtures/agent/running.ts';

const entry = (detail: string): AuditEntry => ({ at: '2026-01-01T00:00:00.000Z', verb: 'lock', identity: 'root (uid 0)', detail });

describe('a log of lines', () => {
  let folder: ReturnType<typeof privateFolder>;
  const problems: string[] = [];
  beforeEach(() => {
    folder = privateFolder();
    problems.length = 0;
  });
  afterEach(() => folder.remove());
  const open = (file: string, rotateBytes?: number) =>
    createLineLog<AuditEntry>({
      file,
      gatherMs: 1000,
      onProblem: (problem) => void problems.push(problem),
      ...(rotateBytes === undefined ? {} : { rotateBytes }),
    });
  const lines = (file: string): AuditEntry[] =>
    readFileSync(file, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as AuditEntry);

  it('keeps entries in order, a line each whatever their texts, over restarts, for its owner alone', async () => {
    const file = folder.at('log/audit.jsonl');
    for (const half of [['a', 'b\n"c"'], ['d']]) {
      const log = open(file);
      for (const detail of half) log.add(entry(detail));
      await log.close();
    }
    expect(lines(file)).to.deep.equal(['a', 'b\n"c"', 'd'].map(entry));
    expect(statSync(file).mode & 0o777).to.equal(0o600);
  });

  it('begins a new file when the old one is large, and keeps one old one', async () => {
    const file = folder.at('audit.jsonl');
    const log = open(file, 2000);
    for (let i = 0; i < 100; i += 1) {
      log.add(entry(String(i)));
      await log.close();
    }
    const kept = [...lines(`${file}.1`), ...lines(file)];
    expect(kept).to.deep.equal(Array.from({ length: kept.length }, (_, i) => entry(String(100 - kept.length + i))));
    expect(statSync(file).size).to.be.at.most(2000);
    expect(existsSync(`${file}.2`)).to.equal(false);
  });

  it('never throws: says once that it cannot write, and later how many entries are lost', async () => {
    mkdirSync(folder.at('audit.jsonl'));
    const log = open(folder.at('audit.jsonl'));
    for (const detail of ['a', 'b']) {
      log.add(entry(detail));
      await log.close();
    }
    expect(problems).to.have.length(1);
    expect(problems[0]).to.include('audit.jsonl');
    rmSync(folder.at('audit.jsonl'), { recursive: true });
    log.add(entry('c'));
    await log.close();
    expect(lines(folder.at('audit.jsonl'))).to.deep.equal([{ lostEntries: 2 }, entry('c')]);
  });

  it('a full disk is no reason to stop', async function () {
    if (!existsSync('/dev/full')) return this.skip();
    const log = open('/dev/full');
    log.add(entry('a'));
    await log.close();
    expect(problems[0]).to.match(/ENOSPC|no space/i);
    chmodSync(folder.path, 0o700);
  });

  it('entries wait for each other as long as they may gather, and the end waits for nobody', async () => {
    const log = createLineLog<AuditEntry>({
      file: folder.at('a.jsonl'),
      gatherMs: 3_600_000,
      onProblem: (told) => void problems.push(told),
    });
    for (const detail of ['a', 'b']) log.add(entry(detail));
    expect(existsSync(folder.at('a.jsonl'))).to.equal(false);
    await log.close();
    expect(lines(folder.at('a.jsonl'))).to.deep.equal(['a', 'b'].map(entry));
    expect(problems).to.deep.equal([]);
  });

  it('of what a disk that does not answer keeps waiting, so much is kept, and the rest is counted', async () => {
    const log = createLineLog<AuditEntry>({
      file: folder.at('a.jsonl'),
      gatherMs: 3_600_000,
      onProblem: (told) => void problems.push(told),
    });
    for (let i = 0; i < 1003; i += 1) log.add(entry(String(i)));
    await log.close();
    const [lost, ...kept] = lines(folder.at('a.jsonl'));
    expect(lost).to.deep.equal({ lostEntries: 3 });
    expect(kept).to.deep.equal(Array.from({ length: 1000 }, (_, i) => entry(String(i))));
  });
});

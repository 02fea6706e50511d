import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { openTuningJournal } from '../../src/adapters/host/tuning-journal.ts';
import type { AuditEntry } from '../../src/domain/live-tuning.ts';
import { tuningJournalContract } from './tuning-journal.ts';

tuningJournalContract('a file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'voltana-journal-'));
  const file = join(folder, 'audit.jsonl');
  const problems: string[] = [];
  return {
    open: () => openTuningJournal({ file, onProblem: (problem) => void problems.push(problem) }),
    written: () =>
      readFileSync(file, 'utf8')
        .trim()
        .split('\n')
        .map((line) => {
          const { at, ...entry } = JSON.parse(line) as AuditEntry & { at: string };
          // The time of day is the file's own.
          expect(at).to.match(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
          return entry;
        }),
    remove() {
      expect(problems).to.deep.equal([]);
      rmSync(folder, { recursive: true });
    },
  };
});

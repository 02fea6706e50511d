import { writeFileSync } from 'node:fs';
import { createFileJournal } from '../../src/adapters/agent/journal.ts';
import { makeFolders } from '../../src/adapters/host/make-folders.ts';
import { privateFolder } from '../fixtures/agent/running.ts';
import { custodyJournalContract } from './custody-journal.ts';

custodyJournalContract('file', () => {
  const folder = privateFolder();
  return {
    open: () => createFileJournal(folder.at('state'), makeFolders),
    damage: () => writeFileSync(folder.at('state/journal.json'), '{"format":1,"epo'),
    close: () => folder.remove(),
  };
});

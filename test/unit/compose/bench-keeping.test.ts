import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { createRunArchive } from '../../../src/adapters/host/run-archive.ts';
import { keep } from '../../../src/compose/bench-keeping.ts';
import { VoltanaError } from '../../../src/domain/errors.ts';
import { tuningDocument } from '../../fixtures/tuning-documents.ts';

describe('a result, kept', () => {
  const root = mkdtempSync(join(tmpdir(), 'voltana-keeping-'));
  after(() => rmSync(root, { recursive: true, force: true }));
  const keeping = async (spoil: (folder: string) => void) => {
    const [notes, kept]: [string[], string[]] = [[], []];
    const journal = await createRunArchive({ folder: root }).begin('tune', {});
    const folder = dirname(journal.path);
    spoil(folder);
    const hooks = { note: (text: string) => void notes.push(text), kept: (id: string) => void kept.push(id) };
    const unkept = await keep(journal, tuningDocument(), hooks);
    return { unkept, notes, kept, id: journal.id, folder };
  };

  it('stands among the recorded runs, and nobody is warned', async () => {
    const { unkept, notes, kept, id, folder } = await keeping(() => undefined);
    expect([unkept, notes, kept]).to.deep.equal([null, [], [id]]);
    expect(JSON.parse(readFileSync(join(folder, 'run.json'), 'utf8'))).to.include({ kind: 'tuning' });
  });

  it('where it cannot be written, whoever asked hears why, and can end with that: 3', async () => {
    const { unkept, notes, kept, id } = await keeping((folder) => rmSync(folder, { recursive: true }));
    expect(unkept).to.be.instanceOf(VoltanaError).and.to.include({ code: 'FILE_UNWRITABLE', exitCode: 3 });
    expect(notes).to.have.length(1);
    expect(notes[0]).to.include(id).and.to.include('is not kept');
    expect(kept).to.deep.equal([]);
  });
});

import { appendFileSync, existsSync, mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import type { RunArchive, RunJournal } from '../../src/ports/run-archive.ts';
import { ourError } from '../fixtures/rejected.ts';
import { header } from '../fixtures/run-records.ts';

export interface RunArchiveSubject {
  readonly archive: RunArchive;
  /** The same runs as another process sees them after the first one died. */
  afterCrash(): RunArchive;
  /** One that cannot keep anything; null where there is none. */
  readonly unwritable: RunArchive | null;
  close(): void;
}

const PLAN = { seed: 7, schedule: { requests: 3, name: 'Ä \u2028 \n µ' } };
const document = { schemaVersion: 1, kind: 'run', ...header, validity: { verdict: 'valid', reasons: [] } } as const;
const gathered = async (entries: AsyncIterable<object>): Promise<object[]> => {
  const all: object[] = [];
  for await (const entry of entries) all.push(entry);
  return all;
};

/** Every RunArchive passes this. */
export const runArchiveContract = (name: string, start: () => RunArchiveSubject): void => {
  describe(`run archive contract: ${name}`, () => {
    let subject: RunArchiveSubject;
    let archive: RunArchive;
    const open: RunJournal[] = [];
    const begin = async (command = 'bench'): Promise<RunJournal> => {
      const journal = await archive.begin(command, PLAN);
      open.push(journal);
      return journal;
    };
    const crashed = async (entries: readonly object[]): Promise<RunJournal> => {
      const journal = await begin();
      entries.forEach((entry) => journal.append(entry));
      await journal.flush();
      return journal;
    };
    beforeEach(() => {
      subject = start();
      archive = subject.archive;
    });
    afterEach(async () => {
      await Promise.all(open.splice(0).map((journal) => journal.close()));
      subject.close();
    });

    it('an archive that nobody has used is empty', async () => {
      expect(await archive.list()).to.deep.equal([]);
      expect(await ourError(archive.read('20261123'))).to.include({ code: 'UNKNOWN_ID' });
    });

    it('a begun run has its plan on the disk, is listed as running, and can neither be taken up nor removed', async () => {
      const journal = await begin('Trace import');
      expect(journal.id).to.match(/^\d{8}T\d{6}Z-trace-import-[0-9a-f]{4}$/);
      const [entry] = await archive.list();
      expect(entry).to.include({ id: journal.id, command: 'trace-import', state: 'running', summary: null });
      expect(entry!.bytes).to.be.above(100);
      expect((await archive.look(journal.id)).plan).to.deep.equal(PLAN);
      expect(await ourError(archive.reopen(journal.id))).to.include({ code: 'BAD_VALUE' });
      expect(await ourError(archive.remove(journal.id))).to.include({ code: 'BAD_VALUE' });
      expect(await ourError(archive.read(journal.id))).to.include({ code: 'FILE_UNREADABLE' });
    });

    it('what was appended and flushed is read back, whatever its texts, also a line of a megabyte', async () => {
      const journal = await begin();
      const entries = [{ a: 1 }, { text: '\u2028 \r\n "x" 😀' }, { long: 'µ'.repeat(600_000) }, { last: null }];
      entries.forEach((entry) => journal.append(entry));
      await journal.flush();
      const { entries: read, torn } = await archive.look(journal.id);
      expect(await gathered(read)).to.deep.equal(entries);
      expect(torn).to.equal(0);
    });

    it('takes an entry as it is when it is appended', async () => {
      const journal = await begin();
      const entry = { n: 1 };
      journal.append(entry);
      entry.n = 2;
      await journal.flush();
      expect(await gathered((await archive.look(journal.id)).entries)).to.deep.equal([{ n: 1 }]);
    });

    it('keeps the order of entries, however writing and appending fall together', async () => {
      const journal = await begin();
      const flushes = Array.from({ length: 3000 }, (_, n) => {
        journal.append({ n });
        return n % 100 === 0 ? journal.flush() : null;
      });
      await Promise.all([...flushes, journal.flush()]);
      const read = await gathered((await archive.look(journal.id)).entries);
      expect(read).to.deep.equal(Array.from({ length: 3000 }, (_, n) => ({ n })));
    });

    it('a finished run is done: its document is read by its id, the beginning of it, its folder or its file', async () => {
      const journal = await begin();
      journal.append({ n: 1 });
      await journal.finish(document);
      await journal.close();
      const [entry] = await archive.list();
      expect(entry).to.deep.include({ id: journal.id, state: 'done', summary: { kind: 'run', what: '', verdict: 'valid' } });
      const file = join(entry!.folder, 'run.json');
      for (const run of [journal.id, journal.id.slice(0, -2), entry!.folder, file]) {
        const { text, path } = await archive.read(run);
        expect(JSON.parse(text), run).to.deep.equal(JSON.parse(JSON.stringify(document)));
        expect(path).to.equal(file);
      }
      expect(await gathered((await archive.look(file)).entries), 'its journal stays').to.deep.equal([{ n: 1 }]);
      expect(await ourError(archive.reopen(journal.id))).to.include({ code: 'BAD_VALUE' });
    });

    it('a closed run is partial, for its own process too; what is appended to it later is dropped', async () => {
      const journal = await begin();
      journal.append({ n: 1 });
      await journal.close();
      await journal.close();
      journal.append({ n: 2 });
      expect((await archive.list())[0]).to.include({ state: 'partial' });
      const { plan, entries, journal: again } = await archive.reopen(journal.id);
      open.push(again);
      expect(plan).to.deep.equal(PLAN);
      expect(await gathered(entries)).to.deep.equal([{ n: 1 }]);
      expect((await archive.list())[0]).to.include({ state: 'running' });
    });

    it('a crashed run is taken up where it ended, and once more, until it is done', async () => {
      const { id } = await crashed([{ n: 1 }]);
      const second = await subject.afterCrash().reopen(id);
      expect(await gathered(second.entries)).to.deep.equal([{ n: 1 }]);
      second.journal.append({ n: 2 });
      await second.journal.close();
      const third = await subject.afterCrash().reopen(id);
      expect(await gathered(third.entries), 'an end that is known').to.deep.equal([{ n: 1 }, { n: 2 }]);
      third.journal.append({ n: 3 });
      await third.journal.finish(document);
      expect((await archive.list())[0]).to.include({ state: 'done' });
      expect(await gathered((await archive.look(id)).entries)).to.deep.equal([{ n: 1 }, { n: 2 }, { n: 3 }]);
    });

    it('of many that take up a run at the same time one succeeds', async () => {
      const { id } = await crashed([{ n: 1 }]);
      const later = subject.afterCrash();
      const tries = await Promise.allSettled(Array.from({ length: 8 }, () => later.reopen(id)));
      const won = tries.flatMap((one) => (one.status === 'fulfilled' ? [one.value.journal] : []));
      open.push(...won);
      expect(won).to.have.length(1);
      for (const one of tries) if (one.status === 'rejected') expect(one.reason).to.include({ code: 'BAD_VALUE' });
    });

    it('a last line that is torn is left out and told, and what is appended later is whole', async () => {
      const { id, path } = await crashed([{ n: 1 }, { n: 2, text: 'x'.repeat(200_000) }]);
      truncateSync(path, readFileSync(path).length - 100_000);
      expect((await archive.look(id)).torn).to.be.above(100_000);
      const { entries, torn, journal } = await subject.afterCrash().reopen(id);
      open.push(journal);
      expect(torn).to.be.above(100_000);
      expect(await gathered(entries)).to.deep.equal([{ n: 1 }]);
      journal.append({ n: 3 });
      await journal.flush();
      const after = await archive.look(id);
      expect(await gathered(after.entries)).to.deep.equal([{ n: 1 }, { n: 3 }]);
      expect(after.torn).to.equal(0);
    });

    it('a line in the middle that is none is named by its number', async () => {
      const { id, path } = await crashed([{ n: 1 }]);
      appendFileSync(path, '\0\0\0\n{"n":2}\n');
      const { entries } = await archive.look(id);
      const error = await ourError(gathered(entries));
      expect(error).to.include({ code: 'FILE_MALFORMED' });
      expect(error.message).to.include('journal.jsonl: line 3 ');
    });

    it('whoever takes up a run may leave such lines out: each is told, and all others are read', async () => {
      const { id, path } = await crashed([{ n: 1 }]);
      appendFileSync(path, '\0\0\0\n{"n":2}\n[1\n{"n":3}\n');
      const { salvaged, journal } = await subject.afterCrash().reopen(id);
      open.push(journal);
      const told: Error[] = [];
      expect(await gathered(salvaged((error) => void told.push(error)))).to.deep.equal([{ n: 1 }, { n: 2 }, { n: 3 }]);
      expect(told.map(({ message }) => /journal\.jsonl: line (\d+) /.exec(message)?.[1])).to.deep.equal(['3', '5']);
    });

    for (const [what, spoil] of [
      ['empty', (path: string) => truncateSync(path, 0)],
      ['cut within its first line', (path: string) => truncateSync(path, readFileSync(path).length - 3)],
      ['of something else', (path: string) => writeFileSync(path, '{"kind":"run-journal","schemaVersion":2,"plan":{}}\n')],
    ] as const) {
      it(`a journal that is ${what} is damaged: it is listed and removed, but not taken up`, async () => {
        const { id, path } = await crashed([]);
        spoil(path);
        const later = subject.afterCrash();
        expect((await later.list())[0]).to.include({ id, state: 'damaged' });
        expect(await ourError(later.reopen(id))).to.include({ code: 'FILE_MALFORMED' });
        expect(await ourError(later.look(id))).to.include({ code: 'FILE_MALFORMED' });
        const error = await ourError(later.read(id));
        expect(error).to.include({ code: 'FILE_MALFORMED' });
        expect(`${error.message}. ${error.hint}`, 'nothing that fails, too')
          .to.match(/damaged: .*begin the run anew/)
          .and.not.include('runs show');
        await later.remove(id);
        expect(await later.list()).to.deep.equal([]);
      });
    }

    it('lists the newest first, and nothing that is no run', async () => {
      const ids: string[] = [];
      for (let i = 0; i < 3; i++) {
        const journal = await begin();
        ids.unshift(journal.id);
        await journal.close();
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
      mkdirSync(join(archive.folder, 'notes'));
      writeFileSync(join(archive.folder, 'README'), '');
      expect((await archive.list()).map(({ id }) => id)).to.deep.equal(ids);
    });

    it('a beginning that several have names none of them', async () => {
      await Promise.all([begin(), begin()]);
      const error = await ourError(archive.read('2'));
      expect(error).to.include({ code: 'UNKNOWN_ID' });
      expect(error.message).to.equal('2 runs begin with "2"');
      for (const { id } of await archive.list()) expect(error.hint).to.include(id);
      for (const run of ['', 'no-such-run', '/no/such/folder'])
        expect(await ourError(archive.reopen(run)), run).to.include({ code: 'UNKNOWN_ID' });
    });

    it('removes a run with all that is in its folder, and only what is a run', async () => {
      const journal = await begin();
      await journal.finish(document);
      const other = await begin();
      await other.close();
      await archive.remove(journal.id);
      expect((await archive.list()).map(({ id }) => id)).to.deep.equal([other.id]);
      for (const id of [journal.id, '..', '', join('..', 'x'), other.id.slice(0, 9)])
        expect(await ourError(archive.remove(id)), id).to.include({ code: 'UNKNOWN_ID' });
      expect(existsSync(other.path)).to.equal(true);
    });

    it('reads a document of a file elsewhere, and says what is none', async () => {
      const journal = await begin();
      const file = join(dirname(archive.folder), 'mine.json');
      writeFileSync(file, JSON.stringify(document));
      expect(JSON.parse((await archive.read(file)).text)).to.include({ kind: 'run' });
      expect(await ourError(archive.reopen(file))).to.include({ code: 'BAD_VALUE' });
      for (const text of ['', '{"kind":', '[]', 'null', '{"kind":7}']) {
        writeFileSync(file, text);
        const error = await ourError(archive.read(file));
        expect(error, text).to.include({ code: 'FILE_MALFORMED' });
        expect(error.message).to.include(file);
      }
      expect(await ourError(archive.read(journal.path)), 'a journal').to.include({ code: 'FILE_MALFORMED' });
    });

    it('a run whose folder somebody removes goes on: that is told once, and its document has no place', async () => {
      const journal = await begin();
      await import('node:fs/promises').then(({ rm }) => rm(dirname(journal.path), { recursive: true }));
      journal.append({ n: 1 });
      const reason = await journal.failed;
      expect(reason).to.include({ code: 'FILE_UNWRITABLE' });
      expect(reason.message).to.include(journal.path);
      journal.append({ n: 2 });
      expect(await ourError(journal.flush())).to.equal(reason);
      expect(await ourError(journal.finish(document))).to.include({ code: 'FILE_UNWRITABLE' });
      await journal.close();
    });

    it('an entry that is no JSON ends the journal, not the run', async () => {
      const journal = await begin();
      const circular: { self?: object } = {};
      circular.self = circular;
      journal.append(circular);
      expect((await journal.failed).message).to.include(journal.path);
      await journal.finish(document);
      expect((await archive.list())[0], 'its document is whole').to.include({ state: 'done' });
    });

    it('says at the beginning that nothing can be kept, and why', async function () {
      if (subject.unwritable === null) return this.skip();
      const error = await ourError(subject.unwritable.begin('bench', PLAN));
      expect(error).to.include({ code: 'FILE_UNWRITABLE' });
      expect(error.message)
        .to.include(subject.unwritable.folder)
        .and.match(/: \S.*\.$/);
    });
  });
};

import { basename } from 'node:path';
import { expect } from 'chai';
import { VoltanaError } from '../../src/domain/errors.ts';
import type { Store } from '../../src/ports/store.ts';
import { ourError } from '../fixtures/rejected.ts';

export interface StoreSubject {
  readonly store: Store;
  /** The path of a name in a folder that is there and empty. */
  at(name: string): string;
  /** The names that are in that folder. */
  names(): readonly string[];
  /** A path in a folder where nothing can be written; null where everything can. */
  readonly unwritable: string | null;
  close(): void;
}

/** Names that a user may well choose, and those that a careless store trips over. */
const NAMES = ['a.json', 'Ä µ 日本.json', 'with space', '-rf', '.hidden', 'a.tmp', "it's %s", `${'n'.repeat(250)}.json`];
const TEXTS = ['', '{"µ":1}\n', 'line\r\nline\r', '\ufeffmark', '\u2028😀', 'x'.repeat(300_000)];

const expectNamed = (error: VoltanaError, code: VoltanaError['code'], path: string): void => {
  expect(error.code).to.equal(code);
  expect(error.message).to.include(path);
  expect(error.message.replace(path, ''), 'the reason').to.match(/: \S.*\.$/);
  expect(error.hint).to.not.equal('');
};

/** Every Store passes this. */
export const storeContract = (name: string, start: () => StoreSubject): void => {
  describe(`store contract: ${name}`, () => {
    let subject: StoreSubject;
    beforeEach(() => (subject = start()));
    afterEach(() => subject.close());

    it('reads what was written, whatever the text', async () => {
      const { store, at } = subject;
      for (const text of TEXTS) {
        await store.write(at('a'), text);
        expect((await store.read(at('a'))) === text, JSON.stringify(text.slice(0, 20))).to.equal(true);
      }
    });

    it('takes any name that a file may have, and leaves nothing else in its folder', async () => {
      const { store, at, names } = subject;
      for (const one of NAMES) {
        await store.assertWritable(at(one));
        await store.write(at(one), one);
        await store.write(at(one), `${one} again`);
      }
      for (const one of NAMES) expect(await store.read(at(one))).to.equal(`${one} again`);
      expect([...names()].sort()).to.deep.equal([...NAMES].sort());
    });

    it('a reader never sees half a document, and none that was not written', async () => {
      const { store, at } = subject;
      const texts = ['a', 'b', 'c'].map((letter) => letter.repeat(200_000));
      await store.write(at('a'), texts[0]!);
      let writing = true;
      const reader = async (): Promise<Set<string>> => {
        const seen = new Set<string>();
        while (writing) seen.add(await store.read(at('a')));
        return seen;
      };
      const readers = [reader(), reader()];
      for (let i = 1; i <= 30; i += 1) await store.write(at('a'), texts[i % texts.length]!);
      writing = false;
      for (const seen of await Promise.all(readers)) for (const text of seen) expect(texts.includes(text), text.slice(0, 9)).to.equal(true);
    });

    it('of many writers at once one wins whole', async () => {
      const { store, at, names } = subject;
      const texts = Array.from({ length: 20 }, (_, index) => String(index).repeat(50_000));
      await Promise.all(texts.map((text) => store.write(at('a'), text)));
      expect(texts.includes(await store.read(at('a')))).to.equal(true);
      expect(names()).to.deep.equal(['a']);
    });

    it('creates what is not there, and leaves alone what is: of many at once one succeeds, and nothing else is left', async () => {
      const { store, at, names } = subject;
      const texts = Array.from({ length: 20 }, (_, i) => `${i}`.repeat(20_000));
      const made = await Promise.all(texts.map((text) => store.create(at('a'), text)));
      expect(made.filter(Boolean)).to.have.length(1);
      expect((await store.read(at('a'))) === texts[made.indexOf(true)]).to.equal(true);
      expect(await store.create(at('a'), 'later')).to.equal(false);
      expect(names()).to.deep.equal(['a']);
    });

    it('says which file cannot be read, and why', async () => {
      const { store, at } = subject;
      expectNamed(await ourError(store.read(at('none.yaml'))), 'FILE_UNREADABLE', at('none.yaml'));
      expectNamed(await ourError(store.read(at('no/such/folder.yaml'))), 'FILE_UNREADABLE', at('no/such/folder.yaml'));
    });

    it('makes no folder: says which file cannot be written, and why, before a run and after it', async () => {
      const { store, at, names } = subject;
      for (const write of [store.assertWritable, (path: string) => store.write(path, 'x')]) {
        expectNamed(await ourError(write(at('no/such.json'))), 'FILE_UNWRITABLE', at('no/such.json'));
        const long = at('n'.repeat(4000));
        expect(await ourError(write(long))).to.include({ code: 'FILE_UNWRITABLE' });
      }
      expect(names()).to.deep.equal([]);
    });

    it('what cannot be written stays as it was', async function () {
      const { store, unwritable } = subject;
      if (unwritable === null) return this.skip();
      const before = await store.read(unwritable).catch(() => null);
      for (const write of [store.assertWritable, (path: string) => store.write(path, 'new')]) {
        expectNamed(await ourError(write(unwritable)), 'FILE_UNWRITABLE', basename(unwritable));
        expect(await store.read(unwritable).catch(() => null)).to.equal(before);
      }
    });

    it('finds out beforehand without a trace', async () => {
      const { store, at, names } = subject;
      await store.write(at('old'), 'old');
      for (const path of ['old', 'new']) await store.assertWritable(at(path));
      expect(names()).to.deep.equal(['old']);
      expect(await store.read(at('old'))).to.equal('old');
    });

    it('reads line by line what it reads whole, however lines end and wherever a piece of the file does', async () => {
      const { store, at } = subject;
      const long = 'é'.repeat(700_000);
      for (const text of [
        '',
        'a',
        'a\n',
        '\n\na\r\nb\rc',
        'end\r',
        'x\u2028y\n',
        `${long}\r\n${long}\r\n1`,
        `${'z'.repeat(1024 * 1024 - 1)}\r\nb`,
      ]) {
        await store.write(at('a'), text);
        const lines: string[] = [];
        for await (const some of store.lines(at('a'))) lines.push(...some);
        const expected = text.split(/\r\n|\n|\r/);
        if (expected.at(-1) === '') expected.pop();
        expect(lines.join('|') === expected.join('|') && lines.length === expected.length, JSON.stringify(text.slice(0, 20))).to.equal(
          true,
        );
      }
      const first = async (path: string): Promise<unknown> => {
        for await (const [line] of store.lines(path)) return line;
        return null;
      };
      expect(await first(at('a'))).to.have.length(1024 * 1024 - 1);
      expectNamed(await ourError(first(at('none'))), 'FILE_UNREADABLE', at('none'));
    });

    it('writes lines as they come, and nothing where their maker fails', async () => {
      const { store, at, names } = subject;
      function* many(fails: boolean): Generator<string> {
        for (let i = 0; i < 50_000; i += 1) yield `line ${i} ${'x'.repeat(50)}`;
        if (fails) throw new VoltanaError('BAD_VALUE', 'no more lines');
      }
      await store.writeLines(at('a'), many(false));
      expect(await store.read(at('a'))).to.equal([...many(false)].map((line) => `${line}\n`).join(''));
      await store.write(at('a'), 'old');
      expect(await ourError(store.writeLines(at('a'), many(true)))).to.include({ code: 'BAD_VALUE' });
      expect(await store.read(at('a'))).to.equal('old');
      expect(names()).to.deep.equal(['a']);
      expectNamed(await ourError(store.writeLines(at('no/such'), ['x'])), 'FILE_UNWRITABLE', at('no/such'));
    });

    it('removes a file, and is content when there is none', async () => {
      const { store, at, names } = subject;
      await store.write(at('a'), 'x');
      await store.write(at('b'), 'x');
      await store.remove(at('a'));
      await store.remove(at('a'));
      await store.remove(at('never'));
      expect(names()).to.deep.equal(['b']);
      expectNamed(await ourError(store.read(at('a'))), 'FILE_UNREADABLE', at('a'));
    });
  });
};

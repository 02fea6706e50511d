import { expect } from 'chai';
import type { CardKind, ProfileSource } from '../../src/ports/profile-source.ts';
import { ourError } from '../fixtures/rejected.ts';

const KINDS: readonly CardKind[] = ['gpus', 'models', 'engines', 'workloads', 'clusters', 'fitted'];

/** Every ProfileSource passes this. */
export const profileSourceContract = (name: string, start: () => ProfileSource): void => {
  describe(`profile source contract: ${name}`, () => {
    const source = start();

    for (const kind of KINDS) {
      it(`lists ${kind}: each id once, sorted, and the same ones again`, async () => {
        const ids = await source.list(kind);
        expect(ids).to.have.length.above(0);
        expect([...new Set(ids)].sort()).to.deep.equal(ids);
        expect(await source.list(kind)).to.deep.equal(ids);
      });

      it(`reads all ${kind} that it lists, and names the file`, async () => {
        const files = new Set<string>();
        for (const id of await source.list(kind)) {
          const { text, file } = await source.read(kind, id);
          expect(text.trim()).to.not.equal('');
          expect(file).to.include(id).and.include(kind);
          files.add(file);
        }
        expect(files.size).to.equal((await source.list(kind)).length);
      });
    }

    it('an id that it does not list cannot be read, and is named', async () => {
      const [model] = await source.list('models');
      const strangers = [
        'no-such-card',
        '',
        model!,
        `${model}.json`,
        `../models/${model}`,
        '../../package',
        '/etc/hostname',
        'a\0b',
        '__proto__',
      ];
      for (const id of strangers) {
        const error = await ourError(source.read('gpus', id));
        expect(error, JSON.stringify(id)).to.include({ code: 'FILE_UNREADABLE', exitCode: 2 });
        expect(error.message).to.include(id);
        expect(error.hint).to.not.equal('');
      }
    });
  });
};

import { readdir } from 'node:fs/promises';
import { join, parse } from 'node:path';
import { VoltanaError } from '../../domain/errors.ts';
import type { CardKind, ProfileSource } from '../../ports/profile-source.ts';
import type { Store } from '../../ports/store.ts';
import { packageRoot } from './installation.ts';

const ENDINGS = ['.json', '.yaml'];

/** The files under the package's `profiles/`. A card's id is its file name without the ending. */
export function shippedProfiles(store: Store): ProfileSource {
  const folderOf = (kind: CardKind): string => join(packageRoot(), 'profiles', kind);
  const filesOf = async (kind: CardKind): Promise<string[]> => {
    try {
      return (await readdir(folderOf(kind))).filter((name) => ENDINGS.includes(parse(name).ext));
    } catch (cause) {
      throw new VoltanaError('FILE_UNREADABLE', `Cannot list ${folderOf(kind)}`, {
        hint: 'Restore the profiles/ folder of the installation.',
        cause,
      });
    }
  };
  return {
    // By id: as file names, `x-fp8.json` stands before `x.json`.
    list: async (kind) => (await filesOf(kind)).map((name) => parse(name).name).sort(),
    async read(kind, id) {
      // Only what is listed: an id may come from anywhere, and is never taken for a path.
      const name = (await filesOf(kind)).find((candidate) => parse(candidate).name === id);
      if (name === undefined) throw new VoltanaError('FILE_UNREADABLE', `There is no "${id}" in ${folderOf(kind)}.`);
      return { text: await store.read(join(folderOf(kind), name)), file: join('profiles', kind, name) };
    },
  };
}

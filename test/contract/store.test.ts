import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileStore } from '../../src/adapters/host/fs-store.ts';
import { storeContract } from './store.ts';

/** The superuser may write anywhere but where there are no files at all. */
const unwritableIn = (locked: string): string | null => {
  if (process.getuid?.() === 0) return process.platform === 'linux' ? '/proc/voltana.json' : null;
  mkdirSync(locked);
  writeFileSync(join(locked, 'old.json'), 'old');
  chmodSync(locked, 0o500);
  return join(locked, 'old.json');
};

storeContract('files', () => {
  const root = mkdtempSync(join(tmpdir(), 'voltana-store-'));
  const folder = join(root, 'folder');
  const locked = join(root, 'locked');
  mkdirSync(folder);
  return {
    store: fileStore(),
    at: (name) => join(folder, name),
    names: () => readdirSync(folder),
    unwritable: unwritableIn(locked),
    close() {
      rmSync(locked, { recursive: true, force: true });
      rmSync(root, { recursive: true, force: true });
    },
  };
});

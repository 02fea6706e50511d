import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRunArchive } from '../../src/adapters/host/run-archive.ts';
import { runArchiveContract } from './run-archive.ts';

/** The superuser may write anywhere but where there are no files at all. */
const unwritableIn = (root: string): string => {
  if (process.getuid?.() === 0) {
    writeFileSync(join(root, 'file'), '');
    return join(root, 'file', 'runs');
  }
  mkdirSync(join(root, 'locked'), { mode: 0o500 });
  return join(root, 'locked', 'runs');
};

runArchiveContract('folders', () => {
  const root = mkdtempSync(join(tmpdir(), 'voltana-runs-'));
  const folder = join(root, 'state', 'runs');
  return {
    archive: createRunArchive({ folder }),
    afterCrash: () =>
      createRunArchive({
        folder,
        processes: { self: { pid: 1, startedAt: 'a later boot' }, isAlive: ({ startedAt }) => startedAt === 'a later boot' },
      }),
    unwritable: createRunArchive({ folder: unwritableIn(root) }),
    close() {
      rmSync(root, { recursive: true, force: true });
    },
  };
});

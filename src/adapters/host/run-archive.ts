import { randomBytes } from 'node:crypto';
import { mkdir, open, readdir, rename, rm, type FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { VoltanaError } from '../../domain/errors.ts';
import type { Processes } from '../../ports/processes.ts';
import type { RunArchive, RunEntry, RunJournal } from '../../ports/run-archive.ts';
import { fileExists } from './file-exists.ts';
import { fileStore, orUnwritable } from './fs-store.ts';
import { makeFolders } from './make-folders.ts';
import { hostProcesses } from './processes.ts';
import { damaged, journalIn } from './run-archive-contents.ts';
import { defaultRunsFolder, entryOf, folderOf, idsIn, newId, placeOf } from './run-archive-folder.ts';
import { DOCUMENT, FileRunJournal, JOURNAL } from './run-archive-journal.ts';
import { claim, claimOf, isOwned, lastOwnerNumber, readOwner, type Claim } from './run-archive-owner.ts';
import { timestamp } from './wall-clock.ts';

/** What begins so is on its way in or out, and nobody's run. */
const COMING = '.new-';
const GOING = '.gone-';
const NAME_BYTES = 9;
const besides = (root: string, prefix: string): string => join(root, prefix + randomBytes(NAME_BYTES).toString('hex'));

/** Folders looked into at the same time. */
const AT_ONCE = 16;

interface World {
  readonly root: string;
  readonly store: ReturnType<typeof fileStore>;
  readonly processes: Processes;
}

/** Names in a folder survive a power cut only when the folder itself is synced. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  await handle.sync().finally(() => handle.close());
}

/** Gives a finished folder its name, which only one can have: no folder replaces another that has files. */
async function named(root: string, draft: string, command: string, startedAt: string): Promise<string> {
  for (;;) {
    const folder = join(root, newId(command, startedAt));
    try {
      await rename(draft, folder);
      return folder;
    } catch (error) {
      if (!['ENOTEMPTY', 'EEXIST'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    }
  }
}

async function begin({ root, store, processes }: World, command: string, plan: object): Promise<RunJournal> {
  await makeFolders(root);
  const draft = besides(root, COMING);
  let file: FileHandle | null = null;
  try {
    const startedAt = timestamp();
    await mkdir(draft);
    await claim(draft, 1, { store, processes, startedAt });
    file = await open(join(draft, JOURNAL), 'ax');
    await file.appendFile(`${JSON.stringify({ kind: 'run-journal', schemaVersion: 1, command, startedAt, plan })}\n`);
    await file.sync();
    await syncFolder(draft);
    const folder = await named(root, draft, command, startedAt);
    await syncFolder(root);
    const owner = (await readOwner(folder, 1))!;
    const path = join(folder, JOURNAL);
    return new FileRunJournal({ id: basename(folder), path, file, store, claim: claimOf(folder, 1, owner, store) });
  } catch (error) {
    await file?.close();
    await rm(draft, { recursive: true, force: true });
    throw error;
  }
}

const notPartial = (folder: string, why: string, hint: string): VoltanaError =>
  new VoltanaError('BAD_VALUE', `run ${basename(folder)} ${why}`, { hint });

const runs = (folder: string): VoltanaError => notPartial(folder, 'goes on: its process lives', 'Wait for its end, or end that process.');

/** @throws VoltanaError BAD_VALUE for one that is done or whose process lives, FILE_MALFORMED */
async function claimed(folder: string, { store, processes }: World): Promise<Claim> {
  const entry = await entryOf(folder, processes);
  if (entry?.state === 'done') throw notPartial(folder, 'is done', '`voltana bench --from RUN` repeats a run.');
  if (entry?.state === 'running') throw runs(folder);
  if (entry?.state !== 'partial') throw damaged(join(folder, JOURNAL));
  const number = lastOwnerNumber(await readdir(folder)) + 1;
  const ours = await orUnwritable(folder, () => claim(folder, number, { store, processes, startedAt: timestamp() }));
  if (ours === null) throw notPartial(folder, 'has just been taken up by somebody else', 'Wait for its end.');
  return ours;
}

/** What is appended begins on a line of its own. */
async function openWhole(path: string, torn: number): Promise<FileHandle> {
  const file = await open(path, 'a');
  try {
    if (torn > 0) await file.truncate((await file.stat()).size - torn);
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function reopen(world: World, run: string): ReturnType<RunArchive['reopen']> {
  const folder = await folderOf(world.root, run);
  const ours = await claimed(folder, world);
  try {
    const contents = await journalIn(folder);
    const path = join(folder, JOURNAL);
    const file = await orUnwritable(path, () => openWhole(path, contents.torn));
    return { ...contents, journal: new FileRunJournal({ id: basename(folder), path, file, store: world.store, claim: ours }) };
  } catch (error) {
    await ours.end(null);
    throw error;
  }
}

async function look({ root, processes }: World, run: string): ReturnType<RunArchive['look']> {
  const folder = await folderOf(root, run);
  const contents = await journalIn(folder);
  return { ...contents, entry: (await entryOf(folder, processes))! };
}

async function list({ root, processes }: World): Promise<readonly RunEntry[]> {
  const ids = await idsIn(root);
  const entries: RunEntry[] = [];
  for (let i = 0; i < ids.length; i += AT_ONCE) {
    const some = await Promise.all(ids.slice(i, i + AT_ONCE).map((id) => entryOf(join(root, id), processes)));
    entries.push(...some.filter((entry) => entry !== null));
  }
  const key = ({ startedAt, id }: RunEntry): string => `${startedAt} ${id}`;
  return entries.sort((a, b) => (key(a) < key(b) ? 1 : -1));
}

/** Some folder: nothing in it is ours, and so nothing is to be removed. */
const noRunIn = (folder: string): VoltanaError =>
  new VoltanaError('BAD_VALUE', `${folder} is no run: it has neither ${DOCUMENT} nor ${JOURNAL}`, {
    hint: 'Give the id of a run (`voltana runs list`), its folder, or the file of a result.',
  });

async function readDocument({ root, store, processes }: World, run: string): ReturnType<RunArchive['read']> {
  const { path: place, isFolder } = await placeOf(root, run);
  const path = isFolder ? join(place, DOCUMENT) : place;
  const entry = isFolder ? await entryOf(place, processes) : null;
  if (entry?.state === 'damaged') throw (await fileExists(join(place, JOURNAL))) ? damaged(join(place, JOURNAL)) : noRunIn(place);
  if (entry !== null && entry.state !== 'done') {
    const hint = entry.state === 'running' ? 'Wait for its end.' : '`voltana runs show RUN` says what its journal holds.';
    throw new VoltanaError('FILE_UNREADABLE', `run ${entry.id} has no document: it is ${entry.state}`, { hint });
  }
  const text = await store.read(path);
  try {
    const kind = (JSON.parse(text) as { kind?: unknown } | null)?.kind;
    // A journal that has only begun is one line of JSON.
    if (typeof kind === 'string' && kind !== 'run-journal') return { text, path };
  } catch (error) {
    throw new VoltanaError('FILE_MALFORMED', `${path}: ${(error as Error).message}`, { cause: error });
  }
  throw new VoltanaError('FILE_MALFORMED', `${path} is no document of voltana`);
}

const isRunning = async (folder: string, processes: Processes): Promise<boolean> => {
  const names = await readdir(folder);
  return !names.includes(DOCUMENT) && isOwned(folder, lastOwnerNumber(names), processes);
};

/** What a process that was killed while it removed has left. */
async function sweep(root: string): Promise<void> {
  const left = (await readdir(root)).filter((name) => name.startsWith(GOING));
  await Promise.all(left.map((name) => rm(join(root, name), { recursive: true, force: true })));
}

async function remove({ root, processes }: World, id: string): Promise<void> {
  if (!(await idsIn(root)).includes(id))
    throw new VoltanaError('UNKNOWN_ID', `unknown run "${id}"`, { hint: '`voltana runs list` prints the ids of all.' });
  const folder = join(root, id);
  if (await isRunning(folder, processes)) throw runs(folder);
  const gone = besides(dirname(folder), GOING);
  await rename(folder, gone);
  // Somebody may have taken it up in between.
  if (await isRunning(gone, processes)) {
    await rename(gone, folder);
    throw runs(folder);
  }
  await sweep(root);
}

/**
 * Runs in one folder each: journal.jsonl, owner-N.json of each process that wrote it, run.json when it is done.
 * @param options.folder default: $VOLTANA_RUNS_DIR, else $XDG_STATE_HOME/voltana/runs, else ~/.local/state/voltana/runs
 */
export function createRunArchive({ folder = defaultRunsFolder(), processes = hostProcesses() }: ArchiveOptions = {}): RunArchive {
  const world: World = { root: folder, store: fileStore(), processes };
  return {
    folder,
    begin: (command, plan) => orUnwritable(folder, () => begin(world, command, plan)),
    reopen: (run) => reopen(world, run),
    look: (run) => look(world, run),
    list: () => list(world),
    read: (run) => readDocument(world, run),
    remove: (id) => orUnwritable(join(folder, id), () => remove(world, id), 'remove'),
  };
}

interface ArchiveOptions {
  readonly folder?: string;
  /** Who is asked whether a run's process lives. */
  readonly processes?: Processes;
}

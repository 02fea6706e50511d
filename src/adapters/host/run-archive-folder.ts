import { randomBytes } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { VoltanaError } from '../../domain/errors.ts';
import type { Processes } from '../../ports/processes.ts';
import type { RunEntry } from '../../ports/run-archive.ts';
import { reasonOf } from './fs-store.ts';
import { hasPlan } from './run-archive-contents.ts';
import { DOCUMENT, JOURNAL } from './run-archive-journal.ts';
import { isOwned, lastOwnerNumber, readOwner } from './run-archive-owner.ts';
import { summaryOf } from './run-archive-summary.ts';

const ID = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z-([a-z0-9-]+)-[0-9a-f]{4}$/;
const SUFFIX_BYTES = 2;

/** $VOLTANA_RUNS_DIR, else the user's folder for what is kept between runs. */
export const defaultRunsFolder = (env: NodeJS.ProcessEnv = process.env): string => {
  if (env['VOLTANA_RUNS_DIR']) return resolve(env['VOLTANA_RUNS_DIR']);
  return join(env['XDG_STATE_HOME'] || join(homedir(), '.local', 'state'), 'voltana', 'runs');
};

/** 20261123T145210Z-bench-3f9a. @param startedAt ISO 8601, UTC */
export const newId = (command: string, startedAt: string): string => {
  const stamp = `${startedAt.slice(0, 19).replaceAll(/[-:]/g, '')}Z`;
  const word = command
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '');
  return `${stamp}-${word === '' ? 'run' : word}-${randomBytes(SUFFIX_BYTES).toString('hex')}`;
};

const unreadable = (path: string, cause: unknown): VoltanaError =>
  new VoltanaError('FILE_UNREADABLE', `Cannot read ${path}: ${reasonOf(cause)}.`, { cause });

/** Of all runs in a folder; none where there is no folder yet. @throws VoltanaError FILE_UNREADABLE */
export async function idsIn(root: string): Promise<string[]> {
  try {
    return (await readdir(root)).filter((name) => ID.test(name));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw unreadable(root, error);
  }
}

async function bytesOf(folder: string, names: readonly string[]): Promise<number> {
  const sizes = await Promise.all(
    names.map((name) =>
      stat(join(folder, name)).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

async function stateOf(folder: string, names: readonly string[], processes: Processes): Promise<RunEntry['state']> {
  if (names.includes(DOCUMENT)) return 'done';
  if (await isOwned(folder, lastOwnerNumber(names), processes)) return 'running';
  return (await hasPlan(folder)) ? 'partial' : 'damaged';
}

async function summaryIn(folder: string): Promise<RunEntry['summary']> {
  try {
    return summaryOf(JSON.parse(await readFile(join(folder, DOCUMENT), 'utf8')));
  } catch {
    return null;
  }
}

/** Of a folder whose name is no id, when its journal was made is all that is known. */
const unnamed = { command: 'unknown', startedAt: new Date(0).toISOString() };

const fromId = (id: string): { readonly command: string; readonly startedAt: string } => {
  const found = ID.exec(id);
  if (found === null) return unnamed;
  const [, year, month, day, hour, minute, second, command = ''] = found;
  return { command, startedAt: `${year}-${month}-${day}T${hour}:${minute}:${second}.000Z` };
};

/** What is known of a run without reading its journal; null where its folder is gone. */
export async function entryOf(folder: string, processes: Processes): Promise<RunEntry | null> {
  const names = await readdir(folder).catch(() => null);
  if (names === null) return null;
  const id = basename(folder);
  const state = await stateOf(folder, names, processes);
  const first = await readOwner(folder, 1);
  const summary = state === 'done' ? ((await readOwner(folder, lastOwnerNumber(names)))?.summary ?? (await summaryIn(folder))) : null;
  const { command, startedAt } = fromId(id);
  return { id, folder, command, startedAt: first?.startedAt ?? startedAt, state, bytes: await bytesOf(folder, names), summary };
}

const SHOWN_IDS = 5;
const unknownRun = (run: string, hint: string): VoltanaError =>
  new VoltanaError('UNKNOWN_ID', `unknown run "${run.slice(0, 80)}"`, { hint });

/** The id that is meant, by itself or by a beginning that only one has; null for none. @throws VoltanaError UNKNOWN_ID for several */
function idMeant(run: string, ids: readonly string[]): string | null {
  if (ids.includes(run)) return run;
  const begun = run === '' ? [] : ids.filter((id) => id.startsWith(run));
  if (begun.length <= 1) return begun[0] ?? null;
  const some = [...begun].sort().reverse().slice(0, SHOWN_IDS);
  throw new VoltanaError('UNKNOWN_ID', `${begun.length} runs begin with "${run}"`, {
    hint: `Give more of its id: ${some.join(', ')}${begun.length > SHOWN_IDS ? ', ...' : ''}.`,
  });
}

/** Where a run is, or a file of a document. @throws VoltanaError UNKNOWN_ID, FILE_UNREADABLE */
export async function placeOf(root: string, run: string): Promise<{ readonly path: string; readonly isFolder: boolean }> {
  const id = idMeant(run, await idsIn(root));
  if (id !== null) return { path: join(root, id), isFolder: true };
  const hint = '`voltana runs list` prints the ids of all; a folder of a run or a file of a document is taken, too.';
  if (run === '') throw unknownRun(run, hint);
  const found = await stat(run).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw unknownRun(run, hint);
    throw unreadable(run, error);
  });
  return { path: resolve(run), isFolder: found.isDirectory() };
}

/** The folder of a run that is named by whatever. @throws VoltanaError UNKNOWN_ID, FILE_UNREADABLE, BAD_VALUE for a document that has no journal */
export async function folderOf(root: string, run: string): Promise<string> {
  const { path, isFolder } = await placeOf(root, run);
  if (isFolder) return path;
  if ([DOCUMENT, JOURNAL].includes(basename(path))) return dirname(path);
  throw new VoltanaError('BAD_VALUE', `${run} is the file of a document, which has no journal`, {
    hint: 'Name a run by its id: `voltana runs list` prints them.',
  });
}

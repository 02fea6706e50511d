import { open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { VoltanaError } from '../../domain/errors.ts';
import type { JournalContents } from '../../ports/run-archive.ts';
import { reasonOf } from './fs-store.ts';
import { JOURNAL } from './run-archive-folder.ts';
import { objectsOf, wholeLinesEnd } from './run-archive-lines.ts';

export const damaged = (path: string): VoltanaError =>
  new VoltanaError('FILE_MALFORMED', `${path} is no journal of a run that this version of voltana knows`, {
    hint: 'Begin the run anew; `voltana runs prune --partial` removes what cannot be taken up.',
  });

const openToRead = (path: string): Promise<FileHandle> =>
  open(path, 'r').catch((cause: unknown) => {
    throw new VoltanaError('FILE_UNREADABLE', `Cannot read ${path}: ${reasonOf(cause)}.`, { cause });
  });

async function sizesOf(path: string): Promise<{ readonly size: number; readonly end: number }> {
  const file = await openToRead(path);
  try {
    const { size } = await file.stat();
    return { size, end: await wholeLinesEnd(file, size) };
  } finally {
    await file.close();
  }
}

async function* afterTheFirst(path: string, end: number): AsyncGenerator<object, void> {
  let isFirst = true;
  for await (const entry of objectsOf(await openToRead(path), path, end)) {
    if (!isFirst) yield entry;
    isFirst = false;
  }
}

async function firstOf(path: string, end: number): Promise<object | null> {
  for await (const entry of objectsOf(await openToRead(path), path, end)) return entry;
  return null;
}

/** What a run's journal holds by now; what is appended later is not part of it. @throws VoltanaError FILE_UNREADABLE, FILE_MALFORMED */
export async function journalIn(folder: string): Promise<JournalContents> {
  const path = join(folder, JOURNAL);
  const { size, end } = await sizesOf(path);
  const { kind, schemaVersion, plan } = ((await firstOf(path, end)) ?? {}) as Readonly<Record<string, unknown>>;
  if (kind !== 'run-journal' || schemaVersion !== 1 || typeof plan !== 'object' || plan === null) throw damaged(path);
  return { plan, entries: afterTheFirst(path, end), torn: size - end };
}

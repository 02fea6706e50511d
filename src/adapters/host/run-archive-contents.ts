import { open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { VoltanaError } from '../../domain/errors.ts';
import type { JournalContents, ReopenedRun } from '../../ports/run-archive.ts';
import { reasonOf } from './fs-store.ts';
import { JOURNAL } from './run-archive-journal.ts';
import { objectsOf, wholeLinesEnd } from './run-archive-lines.ts';

export const damaged = (path: string): VoltanaError =>
  new VoltanaError('FILE_MALFORMED', `${path} is damaged: its first line, the plan, is not whole or of another version of voltana`, {
    hint: 'Nothing of it can be used: begin the run anew, and remove its folder.',
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

async function* afterTheFirst(path: string, end: number, damaged?: (error: Error) => void): AsyncGenerator<object, void> {
  let isFirst = true;
  for await (const entry of objectsOf(await openToRead(path), path, end, damaged)) {
    if (!isFirst) yield entry;
    isFirst = false;
  }
}

async function firstOf(path: string, end: number): Promise<object | null> {
  for await (const entry of objectsOf(await openToRead(path), path, end)) return entry;
  return null;
}

/** Its first line. @throws VoltanaError FILE_MALFORMED */
async function planIn(path: string, end: number): Promise<object> {
  const first = await firstOf(path, end).catch(() => null);
  const { kind, schemaVersion, plan } = (first ?? {}) as Readonly<Record<string, unknown>>;
  if (kind !== 'run-journal' || schemaVersion !== 1 || typeof plan !== 'object' || plan === null) throw damaged(path);
  return plan;
}

/** Whether a run's journal can be taken up: without its first line nobody knows what was asked. */
export async function hasPlan(folder: string): Promise<boolean> {
  const path = join(folder, JOURNAL);
  try {
    await planIn(path, (await sizesOf(path)).end);
    return true;
  } catch {
    return false;
  }
}

/** What a run's journal holds by now; what is appended later is not part of it. @throws VoltanaError FILE_UNREADABLE, FILE_MALFORMED */
export async function journalIn(folder: string): Promise<JournalContents & Pick<ReopenedRun, 'salvaged'>> {
  const path = join(folder, JOURNAL);
  const { size, end } = await sizesOf(path);
  return {
    plan: await planIn(path, end),
    entries: afterTheFirst(path, end),
    salvaged: (damaged) => afterTheFirst(path, end, damaged),
    torn: size - end,
  };
}

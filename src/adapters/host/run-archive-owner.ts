import { readFile, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { Processes } from '../../ports/processes.ts';
import type { RunEntry } from '../../ports/run-archive.ts';
import type { Store } from '../../ports/store.ts';

/** Who writes a run, and when it began. */
export interface Owner {
  readonly pid: number;
  readonly processStartedAt: string;
  readonly host: string;
  /** Of the run's first process or of one that took it up. */
  readonly startedAt: string;
  /** It has closed the journal by itself. */
  readonly ended: boolean;
  /** Of the document, so that a list need not read it. */
  readonly summary: RunEntry['summary'];
}

/** How often a writer shows machines that cannot look at its process that it is there, and after how long they take it for dead. */
export const SHOWS_EVERY_MS = 10_000;
const SILENT_MS = 60_000;

const NAME = /^owner-([1-9]\d{0,8})\.json$/;
const fileOf = (folder: string, number: number): string => join(folder, `owner-${number}.json`);

/** The newest of a run's owners is the one that counts; 0 where there is none. */
export const lastOwnerNumber = (names: readonly string[]): number =>
  Math.max(0, ...names.flatMap((name) => NAME.exec(name)?.[1] ?? []).map(Number));

/** Null for what is not there or cannot be read: nobody then. */
export async function readOwner(folder: string, number: number): Promise<Owner | null> {
  try {
    return JSON.parse(await readFile(fileOf(folder, number), 'utf8')) as Owner;
  } catch {
    return null;
  }
}

/** A process elsewhere cannot be looked at: it touches its file now and then. */
async function showsItself(folder: string, number: number): Promise<boolean> {
  const seen = await stat(fileOf(folder, number)).catch(() => null);
  return seen !== null && Date.now() - seen.mtimeMs < SILENT_MS;
}

/** Whether a run's newest owner still writes. */
export async function isOwned(folder: string, number: number, processes: Processes): Promise<boolean> {
  const owner = await readOwner(folder, number);
  if (owner === null || owner.ended) return false;
  if (owner.host !== hostname()) return showsItself(folder, number);
  return processes.isAlive({ pid: owner.pid, startedAt: owner.processStartedAt });
}

/** The claim of one process to one run. */
export interface Claim {
  readonly file: string;
  /** It is over, with or without a document. A disk that refuses that is no matter: the process will be gone. */
  end(summary: RunEntry['summary']): Promise<void>;
}

/**
 * Each that takes up a run makes the next file, and only one can make it: of several at the same time one succeeds.
 * @returns null where somebody else was faster
 * @throws VoltanaError FILE_UNWRITABLE
 */
export async function claim(
  folder: string,
  number: number,
  { store, processes, startedAt }: { readonly store: Store; readonly processes: Processes; readonly startedAt: string },
): Promise<Claim | null> {
  const { pid, startedAt: processStartedAt } = processes.self;
  const owner: Owner = { pid, processStartedAt, host: hostname(), startedAt, ended: false, summary: null };
  if (!(await store.create(fileOf(folder, number), `${JSON.stringify(owner)}\n`))) return null;
  return claimOf(folder, number, owner, store);
}

/** @param folder where the run lies by now */
export const claimOf = (folder: string, number: number, owner: Owner, store: Store): Claim => {
  const file = fileOf(folder, number);
  return {
    file,
    end: (summary) => store.write(file, `${JSON.stringify({ ...owner, ended: true, summary })}\n`).catch(() => undefined),
  };
};

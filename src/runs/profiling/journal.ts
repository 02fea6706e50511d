import type { IdlePower, RecordedPoint } from '../../domain/profile.ts';
import type { Store } from '../../ports/store.ts';
import type { Measured } from './profile-instance.ts';
import { EMPTY_JOURNAL, lineOf, parseJournal, type JournalHeader, type ParsedJournal } from './journal-lines.ts';
import { checkSame } from './journal-match.ts';

/** What was measured, as it is kept. */
export type KeptMeasured = Omit<Measured, 'points'> & { readonly points: readonly RecordedPoint[] };

/** `profile.json` -> `profile.journal.jsonl`, beside the file that the whole will go to. */
export const journalFile = (output: string): string => output.replace(/\.json$/, '.journal.jsonl');

/**
 * Keeps every point as soon as it is measured: a profile that is stopped, however that happens, goes on from here. The
 * file is replaced whole each time, so it never holds half a line of ours.
 */
export class ProfileJournal {
  readonly #store: Store;
  readonly #file: string | null;
  readonly #before: ParsedJournal;
  #text: string;
  #count: number;
  #writing: Promise<void> = Promise.resolve();
  #written = '';
  #problem: Error | null = null;

  /** @param file null keeps nothing */
  constructor(store: Store, file: string | null, header: JournalHeader, before: ParsedJournal) {
    this.#store = store;
    this.#file = file;
    this.#before = before;
    this.#count = before.points.length;
    this.#text = lineOf(header) + before.lines.join('');
  }

  /**
   * Has our name in the file before anything is measured, so that nobody else takes it. A new journal is a new file.
   * @returns false where somebody else has made it meanwhile
   */
  async claim(): Promise<boolean> {
    if (this.#file !== null && this.#before === EMPTY_JOURNAL) {
      const made = await this.#store.create(this.#file, this.#text);
      if (made) this.#written = this.#text;
      return made;
    }
    this.#save();
    await this.#writing;
    return true;
  }

  /** What an earlier session has measured on an instance. */
  before(instance: string): KeptMeasured {
    const { points, idle, gpuSeconds } = this.#before;
    const own = <T extends { readonly instance: string }>(all: readonly T[]): T[] => all.filter((one) => one.instance === instance);
    return { points: own(points), idle: own(idle), gpuSeconds: gpuSeconds.get(instance) ?? 0 };
  }

  point(point: RecordedPoint, gpuSeconds: number): void {
    this.#count += 1;
    this.#add({ point, gpuSeconds });
  }

  idle(idle: IdlePower, gpuSeconds: number): void {
    this.#add({ idle, gpuSeconds });
  }

  /** Waits until everything is on disk. `file` is null when nothing was kept, and `problem` says why it could not be. */
  async kept(): Promise<{ readonly file: string | null; readonly points: number; readonly problem: Error | null }> {
    await this.#writing;
    const kept = this.#problem === null && this.#count > 0;
    return { file: kept ? this.#file : null, points: this.#count, problem: this.#problem };
  }

  /** The whole is written: its journal is not needed any more. */
  async discard(): Promise<void> {
    await this.#writing;
    if (this.#file !== null) await this.#store.remove(this.#file);
  }

  /** A journal that only has our name in it is of no use to anybody; one that was there before us stays. */
  async discardIfEmpty(): Promise<void> {
    if (this.#before === EMPTY_JOURNAL && this.#count === 0) await this.discard().catch(() => undefined);
  }

  #add(entry: Parameters<typeof lineOf>[0]): void {
    this.#text += lineOf(entry);
    this.#save();
  }

  #save(): void {
    const file = this.#file;
    if (file === null) return;
    this.#writing = this.#writing.then(async () => {
      // Several points may have come while the last one was written.
      if (this.#written === this.#text) return;
      const text = this.#text;
      try {
        await this.#store.write(file, text);
        this.#written = text;
        this.#problem = null;
      } catch (error) {
        // The measurement goes on: the next point tries again.
        this.#problem = error as Error;
      }
    });
  }
}

/** Opens the journal of an interrupted profile. @throws VoltanaError FILE_UNREADABLE, FILE_MALFORMED or BAD_VALUE */
export async function resumeJournal(
  store: Store,
  file: string,
  header: JournalHeader,
): Promise<{ readonly journal: ProfileJournal; readonly torn: boolean }> {
  const parsed = parseJournal(await store.read(file), file);
  checkSame(file, parsed.header, header);
  return { journal: new ProfileJournal(store, file, header, parsed), torn: parsed.torn };
}

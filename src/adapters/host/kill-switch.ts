import { access } from 'node:fs/promises';
import { isAbsolute } from 'node:path';
import { VoltanaError } from '../../domain/errors.ts';
import type { KillSwitch } from '../../ports/kill-switch.ts';
import type { Time } from '../../ports/time.ts';

/** As often as clocks are decided. */
const LOOK_EVERY_MS = 50;
const MOST_FILES = 8;

const isThere = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    // Not there, or not for us to see.
    () => false,
  );

class FilesAndSignal implements KillSwitch {
  readonly #files: string[];
  readonly #time: Time;
  #there: string | null = null;
  #signalled = false;
  #closed = false;
  #cancel = (): void => undefined;
  readonly #onSignal = (): void => {
    this.#signalled = true;
  };

  constructor(files: readonly string[], time: Time) {
    this.#files = [...files];
    this.#time = time;
    process.on('SIGUSR2', this.#onSignal);
  }

  /** Who is to be signalled. */
  readonly pid = process.pid;

  get files(): readonly string[] {
    return this.#files;
  }

  get reason(): string | null {
    if (this.#there !== null) return `the file ${this.#there} exists`;
    return this.#signalled ? 'by SIGUSR2' : null;
  }

  watch(file: string): void {
    if (!isAbsolute(file)) throw new VoltanaError('BAD_VALUE', `the kill file "${file}" is not absolute`, { hint: 'Give it from / on.' });
    if (this.#files.includes(file)) return;
    if (this.#files.length >= MOST_FILES)
      throw new VoltanaError('BAD_VALUE', `${MOST_FILES} kill files are watched already`, { hint: `Use ${this.#files[0]!}.` });
    this.#files.push(file);
  }

  forget(): void {
    this.#signalled = false;
  }

  async look(): Promise<void> {
    const found = await Promise.all(this.#files.map(isThere));
    this.#there = this.#files.find((_, i) => found[i]) ?? null;
    if (!this.#closed) this.#cancel = this.#time.at(this.#time.nowMs() + LOOK_EVERY_MS, () => void this.look());
  }

  close(): void {
    this.#closed = true;
    this.#cancel();
    process.off('SIGUSR2', this.#onSignal);
  }
}

/** Kills while one of the files exists, and from SIGUSR2 to this process on. */
export async function openKillSwitch(files: readonly string[], time: Time): Promise<KillSwitch & { readonly pid: number; close(): void }> {
  const opened = new FilesAndSignal(files, time);
  await opened.look();
  return opened;
}

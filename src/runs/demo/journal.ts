import type { Store } from '../../ports/store.ts';
import { toJson } from '../../reporting/json.ts';
import type { DemoListener } from './demo.ts';

/** The finished parts of a demo, in the order in which they are. */
const PARTS = ['profile', 'fitted', 'baseline', 'candidate'] as const;
export type DemoPart = (typeof PARTS)[number];

export interface KeptParts {
  readonly finished: readonly DemoPart[];
  /** Where those are that could be written. */
  readonly files: readonly string[];
}

/** `run.json`, `run.csv` -> `run.partial-profile.json`: a name that nobody else would choose, beside the file it stands in for. */
const partFile = (output: string, part: DemoPart): string => `${output.replace(/\.[^.]*$/, '')}.partial-${part}.json`;

/**
 * Keeps what a demo has finished, as soon as it is finished, beside the file that the whole will go to: a demo that is
 * stopped, however that happens, loses only the part under way. Without such a file it only remembers what was finished.
 */
export class DemoJournal {
  readonly #store: Store;
  readonly #output: string | undefined;
  readonly #finished: DemoPart[] = [];
  readonly #files: string[] = [];
  #writing: Promise<void> = Promise.resolve();

  constructor(store: Store, output: string | undefined) {
    this.#store = store;
    this.#output = output;
  }

  /** The same listener, with every finished part kept before it is told. */
  follow(listener: DemoListener): DemoListener {
    return {
      ...listener,
      profiled: (profile, seconds) => {
        this.#keep('profile', profile);
        listener.profiled?.(profile, seconds);
      },
      fitted: (fitted) => {
        this.#keep('fitted', fitted);
        listener.fitted?.(fitted);
      },
      served: (which, record) => {
        this.#keep(which, record);
        listener.served?.(which, record);
      },
    };
  }

  /** Waits until what was finished is on disk. */
  async kept(): Promise<KeptParts> {
    await this.#writing;
    return { finished: this.#finished, files: this.#files };
  }

  /** The whole is written: its parts are not needed any more. */
  async discard(): Promise<void> {
    await this.#writing;
    await this.#removeAll();
  }

  #keep(part: DemoPart, document: object): void {
    const output = this.#output;
    const first = this.#finished.length === 0;
    this.#finished.push(part);
    if (output === undefined) return;
    this.#writing = this.#writing.then(async () => {
      // Parts of an earlier run beside ours would look like ours.
      if (first) await this.#removeAll();
      await this.#store.write(partFile(output, part), toJson(document));
      this.#files.push(partFile(output, part));
    });
    // What could not be kept is missing from `files`; the run itself goes on.
    this.#writing = this.#writing.catch(() => undefined);
  }

  async #removeAll(): Promise<void> {
    const output = this.#output;
    if (output === undefined) return;
    await Promise.all(PARTS.map((part) => this.#store.remove(partFile(output, part))));
  }
}

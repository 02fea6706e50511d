import { Worker } from 'node:worker_threads';
import type { DeviceReading } from '../../../../domain/device.ts';
import type { Driver } from '../driver.ts';
import type { Gpu } from '../gpu.ts';
import { readingIn, wantOf } from './reading.ts';
import { AT, CLOSE, COMMAND, VALUES, WANT, WANTED, sharedWords, type ReaderStart } from './shared.ts';

/** How Node starts the thread. */
export interface ReaderEntry {
  readonly file: string;
  readonly execArgv: readonly string[];
}

interface ReaderOptions {
  readonly entry: ReaderEntry;
  /** Hears null when it begins to read, and why if it cannot. */
  readonly onReader: (problem: string | null) => void;
  readonly driver: Driver;
  readonly gpus: readonly Gpu[];
  readonly nowMs: () => number;
}

/** One that takes longer keeps the others waiting no more: calls take a hundredth of it. */
const MOST_PATIENCE_MS = 250;

interface Wanted {
  readonly gpu: Gpu;
  readonly index: number;
  readonly want: number;
}

interface Round {
  readonly wanted: readonly Wanted[];
  /** Ends it for whoever waits: all is read, or one of them hangs. */
  readonly over: () => void;
}

/**
 * A thread that reads all GPUs in one trip, since a trip for each call costs more than the calls. It does what goes well;
 * whatever does not is left to the slow way, which knows what to do about it. While a GPU hangs in it, it has no time.
 */
export class ReaderThread {
  readonly #options: ReaderOptions;
  readonly #shared: Pick<ReaderStart, 'control' | 'values'>;
  readonly #indexes: ReadonlyMap<Gpu, number>;
  readonly #worker: Worker;
  readonly #ended: Promise<unknown>;
  #state: 'starting' | 'free' | 'busy' | 'over' = 'starting';
  #lastRound = 0;
  #round: Round | null = null;
  #timer: NodeJS.Timeout | undefined;
  /** It hangs: to be called once it does no more. */
  #unstuck: (() => void) | null = null;

  constructor(options: ReaderOptions) {
    const { entry, driver, gpus } = options;
    this.#options = options;
    this.#shared = sharedWords(gpus.length);
    this.#indexes = new Map(gpus.map((gpu, i) => [gpu, i]));
    const workerData: ReaderStart = {
      library: driver.place,
      gpus: gpus.map(({ handle, meters }) => ({ handle, meters })),
      ...this.#shared,
    };
    this.#worker = new Worker(entry.file, { execArgv: [...entry.execArgv], workerData });
    this.#worker.unref();
    this.#worker.on('message', (round: number) => this.#hear(round));
    // Without it readings cost more, and that is all: the next opening of the driver tries again.
    this.#worker.on('error', (error) => options.onReader(error.message));
    this.#ended = new Promise((resolve) => this.#worker.once('exit', resolve)).then(() => this.#end());
  }

  /** Whether it would begin at once. */
  get free(): boolean {
    return this.#state === 'free';
  }

  /** @returns those that it has not read: all of them while it is not free */
  async read(gpus: readonly Gpu[], well: (gpu: Gpu, reading: DeviceReading) => void): Promise<readonly Gpu[]> {
    if (!this.free || gpus.length === 0) return gpus;
    const nowMs = this.#options.nowMs();
    const wanted = gpus.map((gpu) => ({ gpu, index: this.#indexes.get(gpu)!, want: wantOf(gpu, nowMs) }));
    await this.#run(wanted);
    return wanted.filter((one) => !this.#take(one, well)).map(({ gpu }) => gpu);
  }

  /** Ends it, if need be as soon as it can: until then the library stays loaded. */
  async close(): Promise<void> {
    if (this.#state === 'over') return;
    const mayWait = this.#unstuck === null;
    this.#state = 'over';
    this.#command(CLOSE);
    if (mayWait) await this.#ended;
  }

  #run(wanted: readonly Wanted[]): Promise<void> {
    const { control, values } = this.#shared;
    for (const { index, want } of wanted) {
      values[index * VALUES] = 0;
      Atomics.store(control, WANTED + index, want);
    }
    return new Promise((resolve) => {
      this.#state = 'busy';
      this.#round = { wanted, over: resolve };
      this.#timer = setTimeout(() => this.#giveUp(), Math.min(MOST_PATIENCE_MS, this.#options.driver.answerWithinMs));
      this.#lastRound = (this.#lastRound % 0x7f_ff_ff_ff) + 1;
      this.#command(this.#lastRound);
    });
  }

  #command(what: number): void {
    Atomics.store(this.#shared.control, COMMAND, what);
    Atomics.notify(this.#shared.control, COMMAND);
  }

  #take({ gpu, index, want }: Wanted, well: (gpu: Gpu, reading: DeviceReading) => void): boolean {
    const reading = readingIn(gpu, this.#shared.values, index * VALUES, want, this.#options.nowMs());
    if (reading !== null) well(gpu, reading);
    return reading !== null;
  }

  #hear(round: number): void {
    if (this.#state === 'starting') {
      this.#state = 'free';
      this.#options.onReader(null);
    }
    if (this.#state !== 'busy' || round !== this.#lastRound) return;
    this.#state = 'free';
    this.#finish();
  }

  /** Somebody does not answer: he has the thread, the others go on without it. */
  #giveUp(): void {
    const { control } = this.#shared;
    const { driver, gpus } = this.#options;
    for (const { index } of this.#round?.wanted ?? []) Atomics.store(control, WANTED + index, WANT.nothing);
    const hanging = gpus[Atomics.load(control, AT)];
    const leave = driver.enter();
    const unstuck = new Promise<void>((resolve) => {
      this.#unstuck = () => {
        leave();
        resolve();
      };
    });
    if (hanging !== undefined) driver.follow(hanging.lane, 'a reading', unstuck);
    this.#round?.over();
  }

  #finish(): void {
    clearTimeout(this.#timer);
    this.#unstuck?.();
    this.#unstuck = null;
    this.#round?.over();
    this.#round = null;
  }

  #end(): void {
    this.#state = 'over';
    this.#finish();
  }
}

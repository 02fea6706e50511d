import type { ProcessFigures } from '../../../domain/process-figures.ts';
import type { Dispatcher } from '../../../ports/dispatcher.ts';
import type { TelemetryListener } from '../../../ports/telemetry-listener.ts';
import type { Time } from '../../../ports/time.ts';
import { Desk } from './desk.ts';
import { wireOver, type Down, type Learned, type Up, type Wire } from './wire.ts';
import { errorFromWire } from './wire-error.ts';
import type { WorkerProcess } from './worker-process.ts';

export interface RunningWorkerOptions {
  readonly process: WorkerProcess;
  readonly spec: object;
  readonly dispatcher: Dispatcher;
  readonly listener: TelemetryListener;
  readonly time: Time;
  /** Seen so far by all, and by this one from now on. */
  readonly learned: readonly Learned[];
  learn(learned: Learned): void;
}

/** How a worker ended, and how many requests it took along. */
export interface WorkerEnd {
  readonly how: string;
  readonly lostRequests: number;
}

const READY_TIMEOUT_MS = 30_000;
/** After its requests have ended a worker has little left to do. */
const CLOSE_MS = 2000;
/** A picture is worth waiting this long for, where a worker is busy. */
const TELL_LIMIT_MS = 1000;

/** One worker process as its control process sees it. */
export class RunningWorker {
  readonly #options: RunningWorkerOptions;
  readonly #wire: Wire<Down>;
  readonly #desk: Desk;
  readonly #tellings = new Map<number, () => void>();
  #figures: ProcessFigures | null = null;
  #asked = 0;
  #serves = false;
  #settle: { resolve(url: string): void; reject(error: Error): void } | null = null;
  /** Resolves with its URL; rejects with its own words when it cannot serve. */
  readonly ready: Promise<string>;
  readonly gone: Promise<WorkerEnd>;

  constructor(options: RunningWorkerOptions) {
    this.#options = options;
    const { process, dispatcher, listener, time, spec, learned } = options;
    this.ready = new Promise((resolve, reject) => (this.#settle = { resolve, reject }));
    // Whoever waits for it hears; nobody has to.
    this.ready.catch(() => undefined);
    const cancel = time.at(time.nowMs() + READY_TIMEOUT_MS, () => process.kill());
    void this.ready.finally(cancel).catch(() => undefined);
    let gone = (): void => undefined;
    const closed = new Promise<void>((resolve) => (gone = resolve));
    const wire = wireOver<Up, Down>(process.stream, { hear: (message) => this.#desk.hear(message), gone: () => gone() });
    this.#wire = wire;
    this.#desk = new Desk({ dispatcher, listener, time, send: (messages) => wire.send(messages), other: (message) => this.#hear(message) });
    // What it said last is read before it counts as gone.
    this.gone = Promise.all([process.gone, closed]).then(([how]) => this.#end(how));
    this.send(['be', spec, learned]);
  }

  /** What it takes; null before it has told. */
  get figures(): ProcessFigures | null {
    return this.#figures;
  }

  send(...messages: Down[]): void {
    this.#wire.send(messages);
  }

  /** Resolves when all has been heard that had happened there before, or when it takes too long to say. */
  told(): Promise<void> {
    if (!this.#serves) return Promise.resolve();
    const { time } = this.#options;
    const seq = (this.#asked += 1);
    this.send(['tell', seq]);
    return new Promise((resolve) => {
      const cancel = time.at(time.nowMs() + TELL_LIMIT_MS, () => done());
      const done = (): void => {
        cancel();
        this.#tellings.delete(seq);
        resolve();
      };
      this.#tellings.set(seq, done);
    });
  }

  /** Lets it end what it does within `graceMs`. Resolves when it is gone. */
  async close(graceMs: number): Promise<void> {
    const { time, process } = this.#options;
    this.send(['close', graceMs]);
    const cancel = time.at(time.nowMs() + graceMs + CLOSE_MS, () => process.kill());
    await this.gone;
    cancel();
  }

  async kill(): Promise<void> {
    this.#options.process.kill();
    await this.gone;
  }

  #hear(message: Up): void {
    if (message[0] === 'learned') this.#options.learn(message[1]);
    else if (message[0] === 'told') this.#tellings.get(message[1])?.();
    else if (message[0] === 'figures') this.#figures = message[1];
    else if (message[0] === 'ready') this.#ready(message[1]);
    else if (message[0] === 'refused') this.#settle?.reject(errorFromWire(message[1]));
  }

  #ready(url: string): void {
    this.#serves = true;
    this.#settle?.resolve(url);
  }

  #end(how: string): WorkerEnd {
    this.#serves = false;
    for (const told of this.#tellings.values()) told();
    this.#settle?.reject(new Error(`a gateway worker ${how} before it was ready`));
    return { how, lostRequests: this.#desk.lost() };
  }
}

import type { ProcessFigures } from '../../../domain/process-figures.ts';
import type { Dispatcher } from '../../../ports/dispatcher.ts';
import type { TelemetryListener } from '../../../ports/telemetry-listener.ts';
import type { Time } from '../../../ports/time.ts';
import { RunningWorker, type WorkerEnd } from './running-worker.ts';
import type { Learned } from './wire.ts';
import { forkWorker } from './worker-process.ts';

export interface WorkersOptions {
  readonly count: number;
  /** Arguments of node that start one. */
  readonly args: readonly string[];
  /** What a worker is told: `number` differs among all that ever were, `place` is one of 0..count - 1. */
  specOf(number: number, place: number): object;
  readonly dispatcher: Dispatcher;
  readonly listener: TelemetryListener;
  readonly time: Time;
  warn(text: string): void;
}

/** The first try after a death comes at once; a worker that keeps dying is tried again ever later, at most this late. */
const FIRST_BACKOFF_MS = 100;
const MOST_BACKOFF_MS = 5000;
/** A worker that has served for this long was not doomed. */
const STEADY_MS = 10_000;
const PICTURE_EVERY_MS = 250;
/** More than any guess remembers. */
const LEARNED_KEPT = 256;

/** The worker processes of one gateway. One that dies is replaced; the others go on. */
export class Workers {
  readonly #options: WorkersOptions;
  readonly #running = new Map<number, RunningWorker>();
  readonly #failures: number[];
  readonly #restarts = new Map<number, () => void>();
  readonly #learned: Learned[] = [];
  /** CPU seconds of those that are gone: what was used stays used. */
  #pastCpuS = 0;
  #started = 0;
  #closing: Promise<void> | null = null;
  #cancelPicture = (): void => undefined;

  constructor(options: WorkersOptions) {
    this.#options = options;
    this.#failures = Array.from({ length: options.count }, () => 0);
  }

  /** Resolves when all take requests. @throws what a worker says when one cannot; none runs then */
  async start(): Promise<string> {
    const places = this.#failures.map((_, place) => place);
    try {
      const [url] = await Promise.all(places.map((place) => this.#start(place).ready));
      this.#show();
      return url!;
    } catch (error) {
      this.#closing = this.#stop((worker) => worker.kill());
      await this.#closing;
      throw error;
    }
  }

  /** Of every worker that has told, and of those that are gone. */
  figures(): ProcessFigures[] {
    const told = [...this.#running.values()].flatMap(({ figures }) => figures ?? []);
    const past = { eventLoopDelayS: { p50: 0, p99: 0, max: 0 }, cpuS: this.#pastCpuS, residentBytes: 0, heapBytes: 0, uptimeS: 0 };
    return [...told, past];
  }

  /** Resolves when all that clients have seen by now has been heard here, or soon where a worker is busy. */
  async told(): Promise<void> {
    await Promise.all([...this.#running.values()].map((worker) => worker.told()));
  }

  /** Lets what is under way end within `graceMs`. Resolves when every worker is gone. Idempotent. */
  close(graceMs: number): Promise<void> {
    this.#closing ??= this.#stop((worker) => worker.close(graceMs));
    return this.#closing;
  }

  async #stop(end: (worker: RunningWorker) => Promise<void>): Promise<void> {
    this.#cancelPicture();
    for (const cancel of this.#restarts.values()) cancel();
    this.#restarts.clear();
    await Promise.all([...this.#running.values()].map(end));
  }

  #start(place: number): RunningWorker {
    const { args, specOf, dispatcher, listener, time } = this.#options;
    const number = (this.#started += 1);
    const worker: RunningWorker = new RunningWorker({
      process: forkWorker(args),
      spec: specOf(number, place),
      ...{ dispatcher, listener, time },
      learned: this.#learned,
      learn: (learned) => this.#learn(learned, worker),
    });
    this.#running.set(place, worker);
    const startedMs = time.nowMs();
    void worker.gone.then((end) => this.#gone(place, worker, startedMs, end));
    return worker;
  }

  #gone(place: number, { figures }: RunningWorker, startedMs: number, { how, lostRequests }: WorkerEnd): void {
    const { time, warn } = this.#options;
    this.#running.delete(place);
    this.#pastCpuS += figures?.cpuS ?? 0;
    if (this.#closing !== null) return;
    if (time.nowMs() - startedMs > STEADY_MS) this.#failures[place] = 0;
    const failures = (this.#failures[place]! += 1);
    const waitMs = Math.min(MOST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** (failures - 1));
    warn(`a gateway worker ${how}: ${lostRequests} requests failed with it; another one starts in ${waitMs} ms`);
    const restart = (): void => {
      this.#restarts.delete(place);
      const worker = this.#start(place);
      worker.ready.catch((error: Error) => warn(`a gateway worker cannot serve: ${error.message}`));
    };
    this.#restarts.set(place, time.at(time.nowMs() + waitMs, restart));
  }

  #learn(learned: Learned, from: RunningWorker): void {
    this.#learned.push(learned);
    if (this.#learned.length > LEARNED_KEPT) this.#learned.shift();
    for (const worker of this.#running.values()) if (worker !== from) worker.send(['learned', learned]);
  }

  #show(): void {
    const { time, dispatcher } = this.#options;
    const snapshot = dispatcher.snapshot();
    for (const worker of this.#running.values()) worker.send(['picture', snapshot, null]);
    this.#cancelPicture = time.at(time.nowMs() + PICTURE_EVERY_MS, () => this.#show());
  }
}

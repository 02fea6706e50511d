import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { Job } from './simulate.ts';
import type { RunNumbers } from './tally.ts';

/** A worker does not inherit what lets Node read TypeScript. */
const BOOT = `const [tsx, script] = require('node:worker_threads').workerData;
import(tsx).then(({ register }) => { register(); return import(script); });`;

/** Far more than any of these simulations takes: a policy that never comes to an end must not pass for a slow one. */
const MOST_S = 180;

interface Waiting {
  readonly job: Job;
  readonly done: (numbers: RunNumbers) => void;
  readonly failed: (error: Error) => void;
}

/** Simulations on all cores, each once: who asks again gets the same answer. */
export class Pool {
  readonly #idle: Worker[] = [];
  readonly #all: Worker[] = [];
  readonly #waiting: Waiting[] = [];
  readonly #answers = new Map<string, Promise<RunNumbers>>();
  readonly #size: number;

  constructor(size = availableParallelism()) {
    this.#size = size;
  }

  /** Simulations run so far. */
  get simulated(): number {
    return this.#answers.size;
  }

  run(job: Job): Promise<RunNumbers> {
    const key = JSON.stringify(job);
    const known = this.#answers.get(key);
    if (known) return known;
    const answer = new Promise<RunNumbers>((done, failed) => this.#waiting.push({ job, done, failed }));
    this.#answers.set(key, answer);
    this.#next();
    return answer;
  }

  runAll(jobs: readonly Job[]): Promise<RunNumbers[]> {
    return Promise.all(jobs.map((job) => this.run(job)));
  }

  async close(): Promise<void> {
    await Promise.all(this.#all.map((worker) => worker.terminate()));
  }

  #next(): void {
    while (this.#waiting.length > 0 && this.#idle.length > 0) this.#give(this.#idle.pop()!, this.#waiting.shift()!);
    while (this.#all.length < Math.min(this.#size, this.#waiting.length)) this.#start();
  }

  #give(worker: Worker, { job, done, failed }: Waiting): void {
    const fail = (error: Error): void => failed(new Error(`${JSON.stringify(job)}: ${error.message}`, { cause: error }));
    const limit = setTimeout(() => {
      fail(new Error(`no end after ${MOST_S} s`));
      void worker.terminate();
    }, MOST_S * 1000);
    worker.once('message', (numbers: RunNumbers) => {
      clearTimeout(limit);
      worker.off('error', fail);
      this.#isIdle(worker);
      done(numbers);
    });
    worker.once('error', fail);
    worker.postMessage(job);
  }

  #start(): void {
    const worker = new Worker(BOOT, {
      eval: true,
      workerData: [import.meta.resolve('tsx/esm/api'), new URL('./worker.ts', import.meta.url).href],
    });
    this.#all.push(worker);
    const fail = (error: Error): void => this.#waiting.splice(0).forEach(({ failed }) => failed(error));
    worker.once('error', fail);
    worker.once('message', () => {
      worker.off('error', fail);
      this.#isIdle(worker);
    });
  }

  #isIdle(worker: Worker): void {
    this.#idle.push(worker);
    this.#next();
  }
}

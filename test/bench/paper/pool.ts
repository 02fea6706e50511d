import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { Job } from './simulate.ts';
import type { RunNumbers } from './tally.ts';

/** A worker does not inherit what lets Node read TypeScript. */
const BOOT = `const [tsx, script] = require('node:worker_threads').workerData;
import(tsx).then(({ register }) => { register(); return import(script); });`;

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
    if (this.#waiting.length === 0) return;
    const worker = this.#idle.pop() ?? (this.#all.length < this.#size ? this.#start() : null);
    if (!worker) return;
    const { job, done, failed } = this.#waiting.shift()!;
    const settle = (): void => {
      worker.removeAllListeners();
      this.#idle.push(worker);
      this.#next();
    };
    worker.once('message', (numbers: RunNumbers) => {
      settle();
      done(numbers);
    });
    worker.once('error', (error) => failed(new Error(`${JSON.stringify(job)}: ${error.message}`, { cause: error })));
    worker.postMessage(job);
  }

  #start(): Worker {
    const worker = new Worker(BOOT, { eval: true, workerData: [import.meta.resolve('tsx/esm/api'), new URL('./worker.ts', import.meta.url).href] });
    this.#all.push(worker);
    return worker;
  }
}

import { availableParallelism } from 'node:os';
import { Tinypool } from 'tinypool';
import { VoltanaError } from '../../domain/errors.ts';
import type { WorkerPool } from '../../ports/worker-pool.ts';
import { resultOf, type TaskReply } from './task-reply.ts';

/** How Node starts a thread: a file whose default export is `answering` a task. */
export interface WorkerEntry {
  readonly file: string;
  readonly execArgv: readonly string[];
}

export interface ThreadPoolOptions {
  readonly entry: WorkerEntry;
  /** What all tasks have in common: sent to each thread once, as `poolGround` there. */
  readonly ground: unknown;
  /** Threads; as many as there are cores when left out. */
  readonly size?: number;
}

export const coreCount = (): number => availableParallelism();

const diedOf = (problem: string, cause?: unknown): VoltanaError =>
  new VoltanaError('BUG', `a worker thread ended in the middle of its work: ${problem}`, { cause });

const closed = (): VoltanaError => new VoltanaError('BUG', 'a task was given to a worker pool that is closed');

type Thread = Tinypool['threads'][number];

/** Threads that live as long as the pool: what they have kept of earlier tasks stays. */
class ThreadPool<Task, Result> implements WorkerPool<Task, Result> {
  readonly size: number;
  readonly #pool: Tinypool;
  /** Those that have not exited. */
  readonly #threads = new Set<Thread>();
  /** Told when nothing more will come. */
  readonly #waiting = new Set<(error: Error) => void>();
  #over: Error | null = null;
  #closing: Promise<void> | null = null;

  constructor({ entry, ground, size = coreCount() }: ThreadPoolOptions) {
    this.size = Math.max(1, size);
    this.#pool = new Tinypool({
      filename: entry.file,
      execArgv: [...entry.execArgv],
      workerData: ground,
      minThreads: this.size,
      maxThreads: this.size,
    });
    // A thread that dies without a task, such as one whose file is missing.
    this.#pool.on('error', (error: Error) => this.#end(diedOf(error.message, error)));
    this.#watchThreads();
  }

  async run(task: Task, signal?: AbortSignal): Promise<Result> {
    signal?.throwIfAborted();
    if (this.#over) throw this.#over;
    const ending = new AbortController();
    const abort = (): void => ending.abort();
    signal?.addEventListener('abort', abort, { once: true });
    try {
      return resultOf(await this.#reply(task, ending.signal));
    } catch (error) {
      signal?.throwIfAborted();
      throw error;
    } finally {
      signal?.removeEventListener('abort', abort);
    }
  }

  async close(): Promise<void> {
    this.#closing ??= this.#destroy();
    await this.#closing;
  }

  /** Not by the pool's own `destroy`: a thread that fails while it is waited for there would end this process. */
  async #destroy(): Promise<void> {
    this.#end(closed());
    this.#watchThreads();
    await Promise.all([...this.#threads].map((thread) => thread.terminate() as Promise<unknown>));
  }

  #reply(task: Task, signal: AbortSignal): Promise<TaskReply<Result>> {
    return new Promise((resolve, reject) => {
      this.#waiting.add(reject);
      const replied = this.#pool.run(task, { signal }) as Promise<TaskReply<Result>>;
      this.#watchThreads();
      replied
        .then(resolve, (error: Error) => {
          // Of somebody who has changed his mind, this is no news.
          if (!signal.aborted) this.#end(diedOf(error.message, error));
          reject(this.#over ?? error);
        })
        .finally(() => this.#waiting.delete(reject));
    });
  }

  /** A thread may end itself without an error, which nobody else would notice. One that the pool has ended is no longer among its threads. */
  #watchThreads(): void {
    for (const thread of this.#pool.threads) {
      if (this.#threads.has(thread)) continue;
      this.#threads.add(thread);
      thread.once('exit', (code: number) => {
        this.#threads.delete(thread);
        if (this.#pool.threads.includes(thread)) this.#end(diedOf(`it exited with ${code}`));
      });
    }
  }

  #end(error: Error): void {
    this.#over ??= error;
    for (const reject of this.#waiting) reject(this.#over);
    this.#waiting.clear();
  }
}

/** Tasks on threads of this process. It holds them until it is closed. */
export const threadPool = <Task, Result>(options: ThreadPoolOptions): WorkerPool<Task, Result> => new ThreadPool<Task, Result>(options);

const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

/** Tasks in this very thread, one after the other, with a look at what else has come in between. A task under way cannot be cut short. */
export function inlinePool<Task, Result>(work: (task: Task) => Result): WorkerPool<Task, Result> {
  let isClosed = false;
  let last: Promise<unknown> = Promise.resolve();
  const next = async (task: Task, signal: AbortSignal | undefined): Promise<Result> => {
    await turn();
    signal?.throwIfAborted();
    if (isClosed) throw closed();
    return work(task);
  };
  return {
    size: 1,
    async run(task, signal) {
      signal?.throwIfAborted();
      if (isClosed) throw closed();
      const mine = last.then(() => next(task, signal));
      last = mine.catch(() => undefined);
      return mine;
    },
    async close() {
      isClosed = true;
      await last;
    },
  };
}

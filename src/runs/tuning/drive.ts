import type { Evaluation } from '../../domain/tuning.ts';
import type { RunJournal } from '../../ports/run-archive.ts';
import type { WorkerPool } from '../../ports/worker-pool.ts';
import type { Asking, Batch, EvaluationTask } from '../../tuning/types.ts';
import { encodeEvaluation, withTask, type Finding } from './journal-lines.ts';
import { taskKey } from './task-key.ts';

/** Told of a search as it goes. */
export interface DriveListener {
  readonly batch: (batch: Batch) => void;
  /** @param isNew false for what was known before */
  readonly done: (task: EvaluationTask, evaluation: Evaluation, isNew: boolean) => void;
}

export interface DriveOptions {
  readonly pool: WorkerPool<EvaluationTask, Evaluation>;
  /** Of a text, short: what a journal keeps of a task's canonical text. */
  readonly digest: (text: string) => string;
  /** Where findings are written down as they come; null for nowhere. */
  readonly journal: Pick<RunJournal, 'append'> | null;
  /** What an earlier process wrote down, by digest. */
  readonly known: ReadonlyMap<string, Finding>;
  readonly listener: DriveListener;
  /** Ends it with its reason. */
  readonly signal: AbortSignal;
}

/**
 * Answers searches with evaluations: each task is run once, whoever asks for it again. The answers stand in the batch's order, so that
 * neither the number of workers nor who was first changes what is found.
 */
export class Driver {
  readonly #options: DriveOptions;
  readonly #known: Map<string, Finding>;

  constructor(options: DriveOptions) {
    this.#options = options;
    this.#known = new Map(options.known);
  }

  /** @throws what a task threw, what the signal was aborted with, and what the search itself throws */
  async drive<T>(asking: Asking<T>): Promise<T> {
    const { signal, listener } = this.#options;
    let turn = asking.next([]);
    while (!turn.done) {
      signal.throwIfAborted();
      listener.batch(turn.value);
      turn = asking.next(await this.#answer(turn.value.tasks));
    }
    return turn.value;
  }

  /** A task that fails ends the others of its batch. */
  async #answer(tasks: readonly EvaluationTask[]): Promise<Evaluation[]> {
    const ends = new AbortController();
    const signal = AbortSignal.any([this.#options.signal, ends.signal]);
    const answers = new Map<string, Evaluation>();
    const keys = tasks.map((task) => this.#options.digest(taskKey(task)));
    const waiting = new Map(keys.map((key, i) => [key, tasks[i]!]));
    const next = waiting.entries();
    const work = async (): Promise<void> => {
      for (const [key, task] of next) answers.set(key, await this.#evaluation(key, task, signal));
    };
    try {
      await Promise.all(Array.from({ length: this.#atOnce(waiting.size) }, work));
    } catch (error) {
      ends.abort(error);
      throw error;
    }
    return keys.map((key, i) => withTask(tasks[i]!, answers.get(key)!));
  }

  /** One more than there are workers each: nobody waits for this thread to hand out the next. */
  #atOnce(tasks: number): number {
    return Math.min(tasks, 2 * this.#options.pool.size);
  }

  async #evaluation(key: string, task: EvaluationTask, signal: AbortSignal): Promise<Evaluation> {
    const { pool, journal, listener } = this.#options;
    const found = this.#known.get(key);
    if (found !== undefined) {
      const evaluation = withTask(task, found);
      listener.done(task, evaluation, false);
      return evaluation;
    }
    signal.throwIfAborted();
    const evaluation = await pool.run(task, signal);
    const line = encodeEvaluation(key, evaluation);
    journal?.append(line);
    this.#known.set(key, line.e);
    listener.done(task, evaluation, true);
    return evaluation;
  }
}

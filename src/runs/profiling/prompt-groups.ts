import { VoltanaError } from '../../domain/errors.ts';
import type { PlannedPoint } from '../../ports/designer.ts';
import type { Bench } from './bench.ts';
import { median } from './blocks.ts';
import { within } from './within.ts';

/** Longer than the most tokens that an iteration takes need at the lowest clock. */
const ANSWER_LIMIT_MS = 60_000;
/** Answers of one iteration come together: within so much of its duration, and so much after those of the one before. */
const SPREAD_FRACTION = 0.25;
const APART_FRACTION = 0.5;

interface Answer {
  /** From sending to answer, waiting included. */
  readonly latencyMs: number;
  readonly atMs: number;
}

/** The answers of prompts that were sent together. */
export interface GroupAnswer {
  readonly latencyMs: number;
  readonly firstMs: number;
  readonly lastMs: number;
}

/**
 * Prompts sent in groups of a batch. An idle engine starts with the first that comes, alone; those that come while it is busy wait, and
 * make the next iteration together. So a group is sent while another one runs, and its answers tell whether it was computed as one.
 */
export class PromptGroups {
  readonly #bench: Bench;
  readonly #load: Pick<PlannedPoint, 'batch' | 'tokens'>;
  readonly #stop = new AbortController();
  readonly #open: Promise<Answer[]>[] = [];

  constructor(bench: Bench, load: Pick<PlannedPoint, 'batch' | 'tokens'>) {
    this.#bench = bench;
    this.#load = load;
  }

  /** @param prompts,tokens left out: the group that the point is of */
  send(prompts = this.#load.batch, tokens = this.#load.tokens): void {
    const answers = Promise.all(Array.from({ length: prompts }, () => this.#shoot(tokens)));
    // Looked at in order; until then nobody listens.
    answers.catch(() => undefined);
    this.#open.push(answers);
  }

  /** The oldest group that has not been asked for. */
  async answered(): Promise<GroupAnswer> {
    const answers = await this.#open.shift()!;
    const times = answers.map(({ atMs }) => atMs);
    return { latencyMs: median(answers.map(({ latencyMs }) => latencyMs)), firstMs: Math.min(...times), lastMs: Math.max(...times) };
  }

  /** Waits for all that are on their way. */
  async drain(): Promise<void> {
    while (this.#open.length > 0) await this.answered();
  }

  async stop(): Promise<void> {
    this.#stop.abort(new Error('enough'));
    await Promise.allSettled(this.#open.splice(0));
  }

  async #shoot(tokens: number): Promise<Answer> {
    const { instance } = this.#bench;
    const signal = AbortSignal.any([this.#bench.signal, this.#stop.signal]);
    const late = `instance ${instance.id} did not answer a prompt of ${tokens} tokens within ${ANSWER_LIMIT_MS / 1000} s`;
    return within(
      { ...this.#bench, signal },
      ANSWER_LIMIT_MS,
      (own) => this.#answer(tokens, own),
      () => new VoltanaError('ENGINE_FAILED', late),
    );
  }

  async #answer(tokens: number, signal: AbortSignal): Promise<Answer> {
    const { probe, instance, time } = this.#bench;
    try {
      const { latencyMs } = await probe.prefill(instance, tokens, signal);
      return { latencyMs, atMs: time.nowMs() };
    } catch (cause) {
      signal.throwIfAborted();
      const message = `instance ${instance.id} failed while it was measured: ${(cause as Error).message}`;
      throw new VoltanaError('ENGINE_FAILED', message, { cause });
    }
  }
}

/**
 * Whether each group had an iteration of its own: whoever ran in another one answers an iteration earlier or later than the rest.
 * @param previousMs the last answer before them
 */
export function ranApart(groups: readonly GroupAnswer[], previousMs: number): boolean {
  const beforeMs = [previousMs, ...groups.map(({ lastMs }) => lastMs)];
  const iterationMs = median(groups.map(({ lastMs }, i) => lastMs - beforeMs[i]!));
  return groups.every(
    ({ firstMs, lastMs }, i) => lastMs - firstMs <= SPREAD_FRACTION * iterationMs && firstMs - beforeMs[i]! >= APART_FRACTION * iterationMs,
  );
}

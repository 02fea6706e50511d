import type { ClockReading, EnergyReading } from '../../domain/clock.ts';
import { VoltanaError } from '../../domain/errors.ts';
import { powerOf } from '../../domain/units.ts';
import type { PlannedPoint } from '../../ports/designer.ts';
import type { Bench } from './bench.ts';
import { median, type Block } from './blocks.ts';
import { within } from './within.ts';

/** Longer than the longest prompt takes at the lowest clock. */
const ANSWER_LIMIT_MS = 60_000;
/** An answer that took so many iterations has waited for others; our own pipeline explains two. */
const QUEUED_ITERATIONS = 3;
/** What HTTP may add. */
const QUEUED_MS = 5;

/** Prompts sent one after the other, `inFlight` at a time. */
class Pipeline {
  readonly #bench: Bench;
  readonly #promptTokens: number;
  readonly #stop = new AbortController();
  readonly #open: Promise<number>[] = [];
  /** How long the last answer took, waiting included. */
  lastMs = 0;

  constructor(bench: Bench, promptTokens: number) {
    this.#bench = bench;
    this.#promptTokens = promptTokens;
  }

  send(): void {
    const answer = this.#shoot();
    // Looked at in order; until then nobody listens.
    answer.catch(() => undefined);
    this.#open.push(answer);
  }

  async answered(): Promise<void> {
    this.lastMs = await this.#open.shift()!;
  }

  async stop(): Promise<void> {
    this.#stop.abort(new Error('enough'));
    await Promise.allSettled(this.#open.splice(0));
  }

  async #shoot(): Promise<number> {
    const { instance } = this.#bench;
    const signal = AbortSignal.any([this.#bench.signal, this.#stop.signal]);
    const seconds = ANSWER_LIMIT_MS / 1000;
    const late = `instance ${instance.id} did not answer a prompt of ${this.#promptTokens} tokens within ${seconds} s`;
    return within(
      { ...this.#bench, signal },
      ANSWER_LIMIT_MS,
      (own) => this.#answer(own),
      () => new VoltanaError('ENGINE_FAILED', late),
    );
  }

  async #answer(signal: AbortSignal): Promise<number> {
    const { probe, instance } = this.#bench;
    try {
      return (await probe.prefill(instance, this.#promptTokens, signal)).latencyMs;
    } catch (cause) {
      signal.throwIfAborted();
      const message = `instance ${instance.id} failed while it was measured: ${(cause as Error).message}`;
      throw new VoltanaError('ENGINE_FAILED', message, { cause });
    }
  }
}

interface Mark {
  readonly atMs: number;
  /** What reading it took: time in which nothing new is sent. */
  readonly tookMs: number;
  readonly energy: EnergyReading;
  readonly clock: ClockReading;
}

async function mark({ time, meter, driver, instance }: Bench): Promise<Mark> {
  const atMs = time.nowMs();
  const [energy, clock] = await Promise.all([meter.read(instance.id), driver.read(instance.id)]);
  return { atMs, tookMs: time.nowMs() - atMs, energy, clock };
}

/** The GPU's power is that of the prompt only while one runs: with a single one in flight, marks lie between them. */
const sampledW = (start: Mark, end: Mark, inFlight: number): number | null =>
  inFlight === 1 ? null : (start.energy.powerW + end.energy.powerW) / 2;

interface Answers {
  readonly latenciesMs: readonly number[];
  readonly inFlight: number;
}

function blockBetween(start: Mark, end: Mark, { latenciesMs, inFlight }: Answers): Block {
  const durationMs = end.atMs - start.atMs;
  const iterations = latenciesMs.length;
  const iterationMs = durationMs / iterations;
  return {
    durationMs,
    iterations,
    latencyMs: inFlight === 1 ? median(latenciesMs) : iterationMs,
    powerW: powerOf(end.energy.energyJ - start.energy.energyJ, end.energy.atMs - start.energy.atMs) ?? 0,
    sampledW: sampledW(start, end, inFlight),
    clock: end.clock,
    contextTokens: null,
    whole: true,
    // With one prompt in flight nothing runs meanwhile, and the answer is timed by itself.
    lateMs: inFlight === 1 ? 0 : start.tookMs,
    queued: inFlight > 1 && median(latenciesMs) > QUEUED_ITERATIONS * iterationMs + QUEUED_MS,
  };
}

/** Fills the pipeline so that the second prompt waits while the first one runs, and never in the same iteration. */
async function fill(pipeline: Pipeline, { time, signal, settings }: Bench): Promise<void> {
  if (settings.inFlight === 1) return;
  pipeline.send();
  await pipeline.answered();
  pipeline.send();
  await time.sleep(pipeline.lastMs / 2, signal);
  pipeline.send();
  await pipeline.answered();
}

/** Blocks of one prompt length, each from where the last one ended; `stop` ends the prompts on their way. */
export async function prefillBlocks(
  bench: Bench,
  { tokens }: PlannedPoint,
): Promise<{ take: () => Promise<Block>; stop: () => Promise<void> }> {
  const { inFlight, block } = bench.settings;
  const pipeline = new Pipeline(bench, tokens);
  const stop = (): Promise<void> => pipeline.stop();
  try {
    await fill(pipeline, bench);
    let start = await mark(bench);
    const take = async (): Promise<Block> => {
      const latenciesMs: number[] = [];
      while (latenciesMs.length === 0 || bench.time.nowMs() - start.atMs < block.minMs) {
        pipeline.send();
        await pipeline.answered();
        latenciesMs.push(pipeline.lastMs);
      }
      const end = await mark(bench);
      const measured = blockBetween(start, end, { latenciesMs, inFlight });
      start = end;
      return measured;
    };
    return { take, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

import type { ClockReading, EnergyReading } from '../../domain/clock.ts';
import { VoltanaError } from '../../domain/errors.ts';
import { domainOf } from '../../domain/instance.ts';
import type { PlannedPoint } from '../../ports/designer.ts';
import type { DecodeProbe } from '../../ports/engine.ts';
import { powerOf } from '../../domain/units.ts';
import type { Bench } from './bench.ts';
import { median, type Block } from './blocks.ts';
import { within } from './within.ts';

/** The slowest iteration that anybody would serve with is far shorter. */
const TOKEN_LIMIT_MS = 10_000;
const ADMISSION_LIMIT_MS = 60_000;
/** How much of the batch may be missing or replaced within a block. */
const VARIES_FRACTION = 0.05;
/** A batch whose context has grown by this much is another load. */
const GROWN = { fraction: 0.25, tokens: 256 };

/** The beginning of an iteration's tokens: blocks that start and end there hold whole iterations. */
interface Mark {
  readonly atMs: number;
  /** Of each place of the batch. */
  readonly progress: readonly number[];
  readonly contextTokens: number;
  readonly energy: EnergyReading;
  readonly clock: ClockReading;
}

/** The load waits for room that it does not get. */
export class NotAdmitted extends VoltanaError {
  readonly waitedMs = ADMISSION_LIMIT_MS;

  constructor({ instance }: Bench, { batch, tokens }: PlannedPoint) {
    const text = `instance ${instance.id} did not admit ${batch} requests of ${tokens} tokens within ${ADMISSION_LIMIT_MS / 1000} s`;
    super('ENGINE_FAILED', text);
  }
}

const failure = ({ instance }: Bench, what: string, cause?: unknown): VoltanaError =>
  new VoltanaError('ENGINE_FAILED', `instance ${instance.id} ${what}`, { cause });

async function nextIteration(bench: Bench, probe: DecodeProbe): Promise<Mark> {
  const { time, meter, driver, instance } = bench;
  const seconds = TOKEN_LIMIT_MS / 1000;
  await within(
    bench,
    TOKEN_LIMIT_MS,
    () => probe.nextToken(),
    () => failure(bench, `yielded no token for ${seconds} s`),
  );
  const ended = probe.failure();
  if (ended) throw failure(bench, `failed while it was measured: ${ended.message}`, ended);
  const seen = {
    atMs: time.nowMs(),
    progress: probe.progress(),
    contextTokens: probe.contextTokens(),
  };
  const [energy, clock] = await Promise.all([meter.read(domainOf(instance)), driver.read(domainOf(instance))]);
  return { ...seen, energy, clock };
}

/** Tokens that places lack: those whose request stalled, waited or was being replaced. One may still be on its way at each end. */
function isWhole(advances: readonly number[], iterations: number): boolean {
  const missing = advances.reduce((sum, tokens) => sum + Math.max(0, iterations - 1 - tokens), 0);
  return missing <= iterations * advances.length * VARIES_FRACTION;
}

function blockBetween(start: Mark, end: Mark, lateMs: number): Block {
  const durationMs = end.atMs - start.atMs;
  const advances = end.progress.map((tokens, place) => tokens - start.progress[place]!);
  const iterations = Math.max(1, Math.round(median(advances)));
  return {
    durationMs,
    iterations,
    latencyMs: durationMs / iterations,
    powerW: powerOf(end.energy.energyJ - start.energy.energyJ, end.energy.atMs - start.energy.atMs) ?? 0,
    sampledW: (start.energy.powerW + end.energy.powerW) / 2,
    clock: end.clock,
    contextTokens: (start.contextTokens + end.contextTokens) / 2,
    whole: isWhole(advances, iterations),
    lateMs,
    queued: false,
  };
}

/** Blocks of one batch, each from where the last one ended. */
export async function decodeBlocks(bench: Bench, probe: DecodeProbe): Promise<() => Promise<Block>> {
  const { time, signal, settings } = bench;
  let start = await nextIteration(bench, probe);
  let lastMs = 0;
  return async () => {
    const sleepMs = Math.max(settings.block.minMs, (settings.block.iterations - 0.5) * lastMs);
    const dueMs = time.nowMs() + sleepMs;
    await time.sleep(sleepMs, signal);
    const lateMs = time.nowMs() - dueMs;
    const end = await nextIteration(bench, probe);
    const block = blockBetween(start, end, lateMs);
    start = end;
    lastMs = block.latencyMs;
    return block;
  };
}

/** The batch that runs now. The next point may have the same load at another clock: then it runs on. */
export class RunningBatch {
  readonly #bench: Bench;
  #load: PlannedPoint | null = null;
  #probe: DecodeProbe | null = null;

  constructor(bench: Bench) {
    this.#bench = bench;
  }

  /** @throws VoltanaError ENGINE_FAILED when the instance refuses, NotAdmitted when it does not admit all of it in time */
  async at(planned: PlannedPoint): Promise<DecodeProbe> {
    if (this.#probe && this.#serves(planned)) return this.#probe;
    await this.stop();
    const { instance, probe } = this.#bench;
    const { batch, tokens } = planned;
    this.#probe = await within(
      this.#bench,
      ADMISSION_LIMIT_MS,
      (signal) => probe.decode(instance, batch, tokens, signal),
      () => new NotAdmitted(this.#bench, planned),
    );
    this.#load = planned;
    return this.#probe;
  }

  async stop(): Promise<void> {
    await this.#probe?.stop();
    this.#probe = null;
  }

  #serves({ batch, tokens }: PlannedPoint): boolean {
    if (this.#load?.batch !== batch || this.#load.tokens !== tokens || !this.#probe!.steady()) return false;
    return this.#probe!.contextTokens() <= tokens * (1 + GROWN.fraction) + GROWN.tokens;
  }
}

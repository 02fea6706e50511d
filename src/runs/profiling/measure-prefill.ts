import type { ClockReading, EnergyReading } from '../../domain/clock.ts';
import { domainOf } from '../../domain/instance.ts';
import { powerOf } from '../../domain/units.ts';
import type { PlannedPoint } from '../../ports/designer.ts';
import type { Bench } from './bench.ts';
import { median, type Block } from './blocks.ts';
import { LONGEST_PROMPT } from './designs/loads.ts';
import { PromptGroups, ranApart, type GroupAnswer } from './prompt-groups.ts';

/** An answer that took so many iterations has waited for others; our own pipeline explains two. */
const QUEUED_ITERATIONS = 3;
/** What HTTP may add. */
const QUEUED_MS = 5;

interface Mark {
  readonly atMs: number;
  /** What reading it took: time in which nothing new is sent. */
  readonly tookMs: number;
  readonly energy: EnergyReading;
  readonly clock: ClockReading;
}

async function mark({ time, meter, driver, instance }: Bench): Promise<Mark> {
  const atMs = time.nowMs();
  const [energy, clock] = await Promise.all([meter.read(domainOf(instance)), driver.read(domainOf(instance))]);
  return { atMs, tookMs: time.nowMs() - atMs, energy, clock };
}

/** The GPU's power is that of the prompt only while one runs: with a single one in flight, marks lie between them. */
const sampledW = (start: Mark, end: Mark, inFlight: number): number | null =>
  inFlight === 1 ? null : (start.energy.powerW + end.energy.powerW) / 2;

interface Answers {
  readonly groups: readonly GroupAnswer[];
  /** The last answer before them. */
  readonly previousMs: number;
  readonly inFlight: number;
}

function blockBetween(start: Mark, end: Mark, { groups, previousMs, inFlight }: Answers): Block {
  const durationMs = end.atMs - start.atMs;
  const iterations = groups.length;
  const iterationMs = durationMs / iterations;
  const answeredMs = median(groups.map(({ latencyMs }) => latencyMs));
  return {
    durationMs,
    iterations,
    latencyMs: inFlight === 1 ? answeredMs : iterationMs,
    powerW: powerOf(end.energy.energyJ - start.energy.energyJ, end.energy.atMs - start.energy.atMs) ?? 0,
    sampledW: sampledW(start, end, inFlight),
    clock: end.clock,
    contextTokens: null,
    whole: inFlight === 1 || ranApart(groups, previousMs),
    // With one prompt in flight nothing runs meanwhile, and the answer is timed by itself.
    lateMs: inFlight === 1 ? 0 : start.tookMs,
    queued: inFlight > 1 && answeredMs > QUEUED_ITERATIONS * iterationMs + QUEUED_MS,
  };
}

/**
 * Starts the alternation: one group waits while another runs. A prompt as long as a whole group keeps the engine busy until the first
 * group is there.
 * @returns when the last prompt before that group was answered
 */
async function fill(groups: PromptGroups, { batch, tokens }: PlannedPoint, { time, signal, settings }: Bench): Promise<number> {
  if (settings.inFlight === 1) return time.nowMs();
  const opener = Math.min(batch * tokens, LONGEST_PROMPT);
  groups.send(1, opener);
  const { latencyMs } = await groups.answered();
  groups.send(1, opener);
  await time.sleep(latencyMs / 2, signal);
  groups.send();
  return (await groups.answered()).lastMs;
}

/** Blocks of one load, each from where the last one ended; `stop` ends the prompts on their way. */
export async function prefillBlocks(
  bench: Bench,
  planned: PlannedPoint,
): Promise<{ take: () => Promise<Block>; stop: () => Promise<void> }> {
  const { inFlight, block } = bench.settings;
  const groups = new PromptGroups(bench, planned);
  const stop = (): Promise<void> => groups.stop();
  const begin = async () => ({ previousMs: await fill(groups, planned, bench), start: await mark(bench) });
  try {
    let { previousMs, start } = await begin();
    const take = async (): Promise<Block> => {
      const answers: GroupAnswer[] = [];
      while (answers.length === 0 || bench.time.nowMs() - start.atMs < block.minMs) {
        groups.send();
        answers.push(await groups.answered());
      }
      const end = await mark(bench);
      const measured = blockBetween(start, end, { groups: answers, previousMs, inFlight });
      previousMs = answers.at(-1)!.lastMs;
      start = end;
      if (measured.whole) return measured;
      // Prompts that have once fallen among another group's stay there.
      await groups.drain();
      ({ previousMs, start } = await begin());
      return measured;
    };
    return { take, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

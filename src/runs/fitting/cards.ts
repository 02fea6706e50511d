import type { GpuCard } from '../../domain/cards.ts';
import { VoltanaError } from '../../domain/errors.ts';
import type { FittedCards, ProfilePoint, Provenance } from '../../domain/profile.ts';
import { clockTable } from '../../emulation/instance.ts';
import type { Library } from '../library.ts';

const DEFAULT_ENGINE = 'sglang-like';

interface Found {
  /** Known also where the model is not. */
  readonly gpu: GpuCard | null;
  readonly cards: FittedCards | null;
  readonly notes: readonly string[];
}

/** The shipped cards of what was measured; null, and which, where one is not known. */
export async function cardsFor({ gpu, model, engine }: Provenance, library: Library): Promise<Found> {
  const [gpus, models, engines] = await Promise.all([library.ids('gpus'), library.ids('models'), library.ids('engines')]);
  const unknown = [...(gpus.includes(gpu) ? [] : [`GPU "${gpu}"`]), ...(models.includes(model) ? [] : [`model "${model}"`])];
  if (unknown.length > 0) {
    const text = `no card for ${unknown.join(' and ')}: fitted to segments alone, without the analytic model (docs/cards.md says how to add a card)`;
    return { gpu: gpus.includes(gpu) ? await library.gpu(gpu) : null, cards: null, notes: [text] };
  }
  const engineId = engines.includes(engine) ? engine : DEFAULT_ENGINE;
  const cards = { gpu: await library.gpu(gpu), model: await library.model(model), engine: await library.engine(engineId) };
  const notes = engineId === engine ? [] : [`no card for engine "${engine}": batches are padded as ${DEFAULT_ENGINE} pads them`];
  return { gpu: cards.gpu, cards, notes };
}

/**
 * Points of another GPU than the document says cannot be told by their latency, but by their clock.
 * @param place what a point is called in its file
 * @throws VoltanaError FILE_MALFORMED
 */
export function checkClocks(points: readonly ProfilePoint[], gpu: GpuCard, place: (index: number) => string): void {
  const table = new Set(clockTable(gpu));
  const index = points.findIndex(({ valid, requestedClockMhz }) => valid && !table.has(requestedClockMhz));
  if (index < 0) return;
  const { minMhz, maxMhz, stepMhz } = gpu.clock;
  const text = `${place(index)} is at ${points[index]!.requestedClockMhz} MHz, which is no clock of ${gpu.id}: they are ${minMhz} to ${maxMhz} MHz in steps of ${stepMhz}`;
  throw new VoltanaError('FILE_MALFORMED', text, { hint: 'It was measured on another GPU, or the GPU card is wrong.' });
}

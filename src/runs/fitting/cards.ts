import type { GpuCard } from '../../domain/cards.ts';
import { VoltanaError } from '../../domain/errors.ts';
import type { FittedCards, ProfilePoint, Provenance } from '../../domain/profile.ts';
import type { Library } from '../library.ts';

const DEFAULT_ENGINE = 'sglang-like';

interface Found {
  readonly cards: FittedCards | null;
  readonly notes: readonly string[];
}

/** The shipped cards of what was measured; null, and which, where one is not known. */
export async function cardsFor({ gpu, model, engine }: Provenance, library: Library): Promise<Found> {
  const [gpus, models, engines] = await Promise.all([library.ids('gpus'), library.ids('models'), library.ids('engines')]);
  const unknown = [...(gpus.includes(gpu) ? [] : [`GPU "${gpu}"`]), ...(models.includes(model) ? [] : [`model "${model}"`])];
  if (unknown.length > 0) {
    const text = `no card for ${unknown.join(' and ')}: fitted to segments alone, without the analytic model (docs/cards.md says how to add a card)`;
    return { cards: null, notes: [text] };
  }
  const engineId = engines.includes(engine) ? engine : DEFAULT_ENGINE;
  const cards = { gpu: await library.gpu(gpu), model: await library.model(model), engine: await library.engine(engineId) };
  const notes = engineId === engine ? [] : [`no card for engine "${engine}": batches are padded as ${DEFAULT_ENGINE} pads them`];
  return { cards, notes };
}

/**
 * Points of another GPU than the document says cannot be told by their latency, but by their clock.
 * @throws VoltanaError FILE_MALFORMED
 */
export function checkClocks(points: readonly ProfilePoint[], { id, clock }: GpuCard, file: string): void {
  const index = points.findIndex(
    ({ valid, requestedClockMhz }) => valid && (requestedClockMhz < clock.minMhz || requestedClockMhz > clock.maxMhz),
  );
  if (index < 0) return;
  const text = `${file}: points[${index}] is at ${points[index]!.requestedClockMhz} MHz, outside ${clock.minMhz} to ${clock.maxMhz} MHz, the clocks of ${id}`;
  throw new VoltanaError('FILE_MALFORMED', text, { hint: 'It was measured on another GPU, or the GPU card is wrong.' });
}

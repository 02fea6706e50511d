import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parseEngineCard, parseGpuCard, parseModelCard } from '../../src/config/cards.ts';
import type { GpuCard } from '../../src/domain/cards.ts';
import { VoltanaError } from '../../src/domain/errors.ts';
import type { Surroundings } from '../../src/prediction/calibration/fit-card.ts';

type Kind = 'gpus' | 'engines' | 'models';

const folder = (kind: Kind): string => fileURLToPath(new URL(`../../profiles/${kind}/`, import.meta.url));

export const cardFile = (kind: Kind, id: string): string => `${folder(kind)}${id}.json`;

async function idsOf(kind: Kind): Promise<string[]> {
  const names = await readdir(folder(kind));
  return names.filter((name) => name.endsWith('.json')).map((name) => name.slice(0, -'.json'.length));
}

async function card<T>(kind: Kind, id: string, parse: (text: string, file: string) => T): Promise<T> {
  const ids = await idsOf(kind);
  if (!ids.includes(id)) throw new VoltanaError('UNKNOWN_ID', `no card "${id}" in profiles/${kind}; there are ${ids.join(', ')}`);
  const file = cardFile(kind, id);
  return parse(await readFile(file, 'utf8'), file);
}

export const gpuCard = (id: string): Promise<GpuCard> => card('gpus', id, parseGpuCard);

/** The engine card, and every model card by its id. */
export async function surroundingsOf(engineId: string): Promise<Surroundings> {
  const engine = await card('engines', engineId, parseEngineCard);
  const models = await Promise.all((await idsOf('models')).map((id) => card('models', id, parseModelCard)));
  return { engine, models: new Map(models.map((model) => [model.id, model])) };
}

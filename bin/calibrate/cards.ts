import { readdir, readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseEngineCard, parseGpuCard, parseModelCard } from '../../src/config/cards.ts';
import type { GpuCard } from '../../src/domain/cards.ts';
import { VoltanaError } from '../../src/domain/errors.ts';
import type { Surroundings } from '../../src/prediction/calibration/fit-card.ts';

const folder = (kind: string): string => fileURLToPath(new URL(`../../profiles/${kind}/`, import.meta.url));

export const cardFile = (kind: 'gpus' | 'engines', id: string): string => `${folder(kind)}${basename(id)}.json`;

async function read(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new VoltanaError('FILE_UNREADABLE', `cannot read ${file}`, { hint: 'See profiles/ for the ids there are.', cause });
  }
}

export async function gpuCard(id: string): Promise<GpuCard> {
  const file = cardFile('gpus', id);
  return parseGpuCard(await read(file), file);
}

/** The engine card, and every model card by its id. */
export async function surroundingsOf(engineId: string): Promise<Surroundings> {
  const file = cardFile('engines', engineId);
  const engine = parseEngineCard(await read(file), file);
  const names = (await readdir(folder('models'))).filter((name) => name.endsWith('.json'));
  const models = await Promise.all(names.map(async (name) => parseModelCard(await read(`${folder('models')}${name}`), name)));
  return { engine, models: new Map(models.map((model) => [model.id, model])) };
}

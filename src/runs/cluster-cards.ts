import { turnedCards } from '../domain/batching.ts';
import type { ClusterFile } from '../domain/cluster.ts';
import type { FittedCards } from '../domain/profile.ts';
import type { Library } from './library.ts';

const DEFAULT_ENGINE = 'sglang-like';

/** The cards that a cluster file names, as it turns them. @throws VoltanaError UNKNOWN_ID */
export async function clusterCards(cluster: ClusterFile, library: Library): Promise<FittedCards> {
  const [gpu, model, engine] = await Promise.all([
    library.gpu(cluster.gpu),
    library.model(cluster.model),
    library.engine(cluster.engine.card ?? DEFAULT_ENGINE),
  ]);
  return turnedCards({ gpu, model, engine }, cluster);
}

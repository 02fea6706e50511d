import type { EngineCard, GpuCard, ModelCard } from './cards.ts';
import type { BatchingSettings, ClusterFile, KvDtype } from './cluster.ts';
import type { FittedCards } from './profile.ts';

/** As the engine is told to batch. */
export function withBatching(card: EngineCard, { chunkTokens, maxRunning, captureSizes }: BatchingSettings = {}): EngineCard {
  return {
    ...card,
    ...(chunkTokens !== undefined && { chunkTokens }),
    ...(maxRunning !== undefined && { maxRunningDecode: maxRunning }),
    ...(captureSizes !== undefined && { captureSizes: captureSizes.toSorted((a, b) => a - b) }),
  };
}

const KV_BYTES: Readonly<Record<KvDtype, number>> = { bf16: 2, fp8: 1 };

const withKv = (card: ModelCard, kvDtype: KvDtype | undefined): ModelCard =>
  kvDtype === undefined ? card : { ...card, bytesPerKvElement: KV_BYTES[kvDtype] };

/** A GPU never draws more than it is capped at; a cap above its own limit changes nothing. */
const withCap = (card: GpuCard, powerLimitW: number = Infinity): GpuCard =>
  powerLimitW >= card.power.limitW ? card : { ...card, power: { ...card.power, limitW: powerLimitW } };

/** Cards as a cluster file turns them: how its engines batch, what they keep of each token, and what its GPUs may draw. */
export const turnedCards = ({ gpu, model, engine }: FittedCards, cluster: Pick<ClusterFile, 'engine' | 'control'>): FittedCards => ({
  gpu: withCap(gpu, cluster.control?.powerLimitW),
  model: withKv(model, cluster.engine.kvDtype),
  engine: withBatching(engine, cluster.engine.batching),
});

import type { EngineCard, GpuCard, ModelCard } from '../../domain/cards.ts';
import type { ClusterFile } from '../../domain/cluster.ts';
import type { Provenance } from '../../domain/profile.ts';

export interface ProvenanceCards {
  readonly cluster: ClusterFile;
  readonly gpu: GpuCard;
  readonly model: ModelCard;
  readonly engine: EngineCard;
}

/**
 * What was measured. The fingerprint names each instance's devices (an emulated one is its seed), the driver, the
 * engine and the settings that change what an iteration costs: another one is another deployment.
 */
export function provenanceOf({ cluster, gpu, model, engine }: ProvenanceCards): Provenance {
  const devices = cluster.instances.map(({ id, role, gpus, seed = 0 }) => `${id}:${role}:${gpus.join('+')}#${seed}`);
  const { chunkTokens, maxRunningDecode, memoryFraction, captureSizes } = engine;
  const largestGraph = captureSizes.at(-1) ?? 0;
  const fingerprint = [
    `devices ${devices.join(' ')}`,
    `driver ${cluster.engine.kind}`,
    `gpu ${gpu.id}`,
    `model ${model.id} tp ${cluster.tp}`,
    `engine ${engine.id} chunk ${chunkTokens} running ${maxRunningDecode} memory ${memoryFraction} graphs to ${largestGraph}`,
  ].join('; ');
  return { cluster: cluster.name, gpu: gpu.id, model: model.id, tp: cluster.tp, engine: engine.id, fingerprint };
}

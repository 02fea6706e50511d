import type { ClusterFile } from '../../../domain/cluster.ts';
import type { DeviceVariant, TuningChoice } from '../../../domain/tuning.ts';
import { MS_PER_S } from '../../../domain/units.ts';
import { clusterOf } from '../cluster-of.ts';
import type { BatchTier } from '../ground.ts';

const placeOf = (node: string | undefined, gpu: string): string => JSON.stringify([node ?? null, gpu]);

/** A deployment without the GPUs that others have. */
function left(given: ClusterFile, { instances }: ClusterFile): ClusterFile {
  const taken = new Set(instances.flatMap(({ node, gpus }) => gpus.map((gpu) => placeOf(node, gpu))));
  const rest = given.instances.map((instance) => ({
    ...instance,
    gpus: instance.gpus.filter((gpu) => !taken.has(placeOf(instance.node, gpu))),
  }));
  return { ...given, instances: rest.filter(({ gpus }) => gpus.length > 0) };
}

/**
 * The batch tier's fleet as a file of its own, on GPUs that the interactive one leaves. Its gateway waits as long as the deadline allows,
 * on a port that is free.
 * @param given the deployment that the search began with, if any @param interactive the other tier's file
 * @throws VoltanaError BAD_VALUE for more GPUs than are left
 */
export function batchCluster(
  choice: TuningChoice,
  variant: DeviceVariant,
  { slo, deadlineMs }: BatchTier,
  { given, interactive }: { readonly given: ClusterFile | null; readonly interactive: ClusterFile },
): ClusterFile {
  const cluster = clusterOf(choice, variant, { slo, given: given && left(given, interactive) });
  const { port: _port, ...gateway } = cluster.gateway;
  const deadlineS = deadlineMs / MS_PER_S;
  return {
    ...cluster,
    name: `${cluster.name}-batch`,
    gateway: { ...gateway, firstTokenTimeoutS: deadlineS, requestTimeoutS: deadlineS },
  };
}

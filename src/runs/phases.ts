import type { ClusterFile, ClusterInstance } from '../domain/cluster.ts';
import { VoltanaError } from '../domain/errors.ts';
import type { Role } from '../domain/instance.ts';

export type PhaseInstance = ClusterInstance & { readonly role: Role };

/** A cluster whose every instance does one phase only. */
export interface PhasedCluster extends ClusterFile {
  readonly instances: readonly PhaseInstance[];
}

const isPhased = (cluster: ClusterFile): cluster is PhasedCluster => cluster.instances.every(({ role }) => role !== 'aggregated');

/** @param who needs it, for the message. @throws VoltanaError BAD_VALUE for aggregated engines */
export function phased(cluster: ClusterFile, who: string): PhasedCluster {
  if (isPhased(cluster)) return cluster;
  throw new VoltanaError('BAD_VALUE', `cluster "${cluster.name}" has aggregated engines; ${who} needs prefill and decode apart`, {
    hint: 'Use a cluster file whose instances have the roles prefill and decode.',
  });
}

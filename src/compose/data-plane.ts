import { createDialect } from '../adapters/engines/dialects.ts';
import { expectedModel } from '../adapters/engines/served-model.ts';
import { limitsOf } from '../adapters/gateway/limits.ts';
import type { Gateway, GatewayOptions } from '../adapters/gateway/options.ts';
import { startGateway } from '../adapters/gateway/server.ts';
import type { ClusterFile } from '../domain/cluster.ts';
import { createRandom } from '../statistics/random.ts';

export interface DataPlaneSpec {
  readonly cluster: ClusterFile;
  readonly seed: number;
  /** Names the stream of random numbers that requests meet by: another one for each process of a gateway. */
  readonly rooms: string;
}

/** The gateway of a cluster file. */
export const openDataPlane = (
  { cluster, seed, rooms }: DataPlaneSpec,
  parts: Pick<GatewayOptions, 'dispatcher' | 'time' | 'listener' | 'extra' | 'orders' | 'estimator'>,
): Promise<Gateway> => {
  const { host, port = 0, apiKeysFile, tls } = cluster.gateway;
  return startGateway({
    host,
    port,
    dialect: createDialect(cluster.engine, createRandom(seed).fork(rooms)),
    limits: limitsOf(cluster.gateway),
    // Where nobody has named the model, whatever the engine answers to goes.
    models: [expectedModel(cluster)].filter((name) => name !== null),
    ...parts,
    ...(apiKeysFile === undefined ? {} : { apiKeysFile }),
    ...(tls === undefined ? {} : { tls }),
  });
};

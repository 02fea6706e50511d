import type { ClusterFile } from '../domain/cluster.ts';
import type { LaunchedInstance } from '../domain/instance.ts';

/** What runs, for programs. */
export const emulatedDocument = ({ name, engine }: ClusterFile, instances: readonly LaunchedInstance[]) => ({
  cluster: name,
  dialect: engine.dialect ?? 'sglang',
  protocol: engine.protocol ?? null,
  instances: instances.map(({ id, role, endpoints }) => ({ id, role, ...endpoints })),
});

const kvPlace = ({ bootstrapHost, bootstrapPort }: LaunchedInstance['endpoints']): string =>
  bootstrapPort === undefined ? '' : `  KV ${bootstrapHost}:${bootstrapPort}`;

/** The same for people, one line each. */
export const renderEmulated = (instances: readonly LaunchedInstance[]): string => {
  const width = Math.max(...instances.map(({ id }) => id.length));
  return instances
    .map(
      ({ id, role, endpoints }) =>
        `${id.padEnd(width)}  ${role.padEnd(7)}  ${endpoints.url}  control ${endpoints.controlUrl}${kvPlace(endpoints)}`,
    )
    .join('\n');
};

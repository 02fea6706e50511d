import type { ClusterInstance } from '../../../domain/cluster.ts';

/** Where vLLM's NIXL connector listens when nobody says otherwise. */
export const DEFAULT_SIDE_PORT = 5600;

/** What a decode engine must be told of a prefill engine that pushes. Its engine id is the instance's: voltana starts it with that, and so must others. */
export const pushFacts = ({ id, gpus, sidePort }: ClusterInstance): Readonly<Record<string, string>> => ({
  engineId: JSON.stringify(id),
  kvPort: String(sidePort === undefined || sidePort === 0 ? DEFAULT_SIDE_PORT : sidePort),
  tpSize: String(gpus.length),
  ppSize: '1',
});

import type { EngineRole } from '../../../domain/instance.ts';
import { batchingWords } from '../batching.ts';
import { modelPath, servedName } from '../served-model.ts';
import type { AskedPort, Start, StartCommand } from '../start/start.ts';
import type { VllmProtocol } from './dialect.ts';
import { DEFAULT_SIDE_PORT, pushFacts } from './facts.ts';
import { DEFAULT_MOONCAKE_PORT } from './mooncake.ts';

const handoverPorts = (protocol: VllmProtocol, role: EngineRole): AskedPort[] => {
  if (role === 'aggregated') return [];
  if (protocol !== 'mooncake') return [{ name: 'sidePort', usual: DEFAULT_SIDE_PORT }];
  return role === 'prefill' ? [{ name: 'bootstrapPort', usual: DEFAULT_MOONCAKE_PORT }] : [];
};

export const vllmPorts = (protocol: VllmProtocol, role: EngineRole): AskedPort[] => [
  { name: 'port', usual: 8000 },
  ...handoverPorts(protocol, role),
];

/** NIXL's engines take either role with each request; only whoever pushes must be known by a name. */
function transferConfig(protocol: VllmProtocol, role: EngineRole, id: string): object {
  if (protocol === 'nixl-pull') return { kv_connector: 'NixlConnector', kv_role: 'kv_both' };
  if (protocol === 'nixl-push') return { kv_connector: 'NixlPushConnector', kv_role: 'kv_both', engine_id: id };
  return { kv_connector: 'MooncakeConnector', kv_role: role === 'prefill' ? 'kv_producer' : 'kv_consumer' };
}

const handoverEnv = ({ ports, place }: Start): Readonly<Record<string, string>> => ({
  ...(ports['sidePort'] !== undefined && {
    VLLM_NIXL_SIDE_CHANNEL_HOST: place.host,
    VLLM_NIXL_SIDE_CHANNEL_PORT: String(ports['sidePort']),
  }),
  ...(ports['bootstrapPort'] !== undefined && { VLLM_MOONCAKE_BOOTSTRAP_PORT: String(ports['bootstrapPort']) }),
});

export function vllmCommand(start: Start, protocol: VllmProtocol): StartCommand {
  const { cluster, instance, ports, place } = start;
  const { id, role, gpus } = instance;
  const together = role === 'aggregated';
  const pushes = protocol === 'nixl-push' && role === 'prefill';
  return {
    program: ['vllm', 'serve'],
    args: [
      ...[modelPath(cluster), '--served-model-name', servedName(cluster)],
      ...['--host', place.listen, '--port', String(ports['port'])],
      ...['--tensor-parallel-size', String(gpus.length)],
      ...(together ? [] : ['--kv-transfer-config', JSON.stringify(transferConfig(protocol, role, id))]),
      ...batchingWords(cluster.engine, role),
    ],
    env: together ? {} : handoverEnv(start),
    files: [],
    ...(pushes && {
      facts: pushFacts({ ...instance, ...(ports['sidePort'] !== undefined && { sidePort: ports['sidePort'] }) }),
    }),
  };
}

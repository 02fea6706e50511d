import type { InstanceEndpoints } from '../../../domain/instance.ts';
import { engineIdOf } from './dialects/vllm/identity.ts';
import type { EngineNode } from './node.ts';

/** What a router is told beforehand of a vLLM engine that pushes its KV. */
const pushFacts = ({ spec, kvAddress }: EngineNode): Readonly<Record<string, string>> => ({
  engineId: JSON.stringify(engineIdOf(spec)),
  kvHost: JSON.stringify(kvAddress?.host),
  kvPort: JSON.stringify(kvAddress?.port),
  tpSize: JSON.stringify(spec.tp),
  ppSize: '1',
});

/** Where KV is fetched from a prefill instance, and what its dialect has to know of it. */
export const engineFacts = (node: EngineNode): Pick<InstanceEndpoints, 'bootstrapHost' | 'bootstrapPort' | 'facts'> => {
  const { spec, kvAddress } = node;
  if (kvAddress === null || spec.role !== 'prefill') return {};
  const address = { bootstrapHost: kvAddress.host, bootstrapPort: kvAddress.port };
  return spec.dialect === 'vllm' ? { ...address, facts: pushFacts(node) } : address;
};

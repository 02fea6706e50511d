import { stringify } from 'yaml';
import type { EngineRole } from '../../../domain/instance.ts';
import { batchingWords, trtllmBatching } from '../batching.ts';
import { optionValue } from '../option-value.ts';
import { modelPath } from '../served-model.ts';
import type { AskedPort, Start, StartCommand } from '../start/start.ts';
import type { TrtllmProtocol } from './dialect.ts';

export const trtllmPorts = (): AskedPort[] => [{ name: 'port', usual: 8000 }];

/** What makes its load visible. */
const METRICS = { return_perf_metrics: true, enable_iter_perf_stats: true };

/** Only its Python transceiver lets a generation engine wait for a context engine. */
const transceiver = (protocol: TrtllmProtocol): object => ({
  backend: 'DEFAULT',
  ...(protocol === 'generation-first' && { transceiver_runtime: 'PYTHON' }),
});

function workerSettings(role: EngineRole, protocol: TrtllmProtocol): object {
  if (role === 'aggregated') return METRICS;
  // A context engine gives its KV away as soon as it has it: there is no next step to overlap with.
  const context = role === 'prefill' ? { disable_overlap_scheduler: true } : {};
  return { ...context, cache_transceiver_config: transceiver(protocol), ...METRICS };
}

const SERVER_ROLE: Readonly<Record<EngineRole, readonly string[]>> = {
  prefill: ['--server_role', 'CONTEXT'],
  decode: ['--server_role', 'GENERATION'],
  aggregated: [],
};

/** Whoever brings a file of settings wants that one alone. */
const bringsSettings = ({ cluster, instance }: Start): boolean => {
  const { args = [], prefillArgs = [], decodeArgs = [] } = cluster.engine;
  const own = [...args, ...(instance.role === 'prefill' ? prefillArgs : decodeArgs)];
  return ['--config', '--extra_llm_api_options'].some((name) => optionValue(own, name) !== null);
};

export function trtllmCommand(start: Start, protocol: TrtllmProtocol): StartCommand {
  const { cluster, instance, ports, place } = start;
  const { servedModel } = cluster.engine;
  const file = {
    path: `${instance.role}.yml`,
    text: stringify({ ...workerSettings(instance.role, protocol), ...trtllmBatching(cluster.engine, instance.role) }),
  };
  const files = bringsSettings(start) ? [] : [file];
  return {
    program: ['trtllm-serve'],
    args: [
      ...[modelPath(cluster), '--host', place.listen, '--port', String(ports['port'])],
      ...['--backend', 'pytorch', '--tp_size', String(instance.gpus.length)],
      // Older ones have no such option, and call the model after its folder.
      ...(servedModel === undefined ? [] : ['--served_model_name', servedModel]),
      ...SERVER_ROLE[instance.role],
      ...batchingWords(cluster.engine, instance.role),
      ...files.flatMap(({ path }) => ['--config', path]),
    ],
    env: {},
    files,
  };
}

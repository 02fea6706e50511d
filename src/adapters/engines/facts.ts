import { VoltanaError } from '../../domain/errors.ts';
import type { LaunchedInstance } from '../../domain/instance.ts';

/** What a dialect has to know of a prefill engine besides its URL. Each value is a JSON text. */
export type FactName =
  /** vLLM: its engine id; its KV's host and port; its tensor and pipeline parallelism. */
  | 'engineId'
  | 'kvHost'
  | 'kvPort'
  | 'tpSize'
  | 'ppSize'
  /** vLLM with Mooncake: an object of engine ids by data-parallel rank. */
  | 'engineIds'
  /** TensorRT-LLM: what its server info says under disaggregated_params. */
  | 'disaggregatedParams';

/** @throws VoltanaError ENGINE_FAILED when nobody has asked the engine, or it did not tell */
export function factOf({ id, endpoints }: LaunchedInstance, name: FactName): string {
  const fact = endpoints.facts?.[name];
  if (fact !== undefined) return fact;
  throw new VoltanaError('ENGINE_FAILED', `prefill engine ${id} at ${endpoints.url} has not told its ${name}`, {
    hint: 'Check that engine.protocol in the cluster file is what the engine was started with.',
  });
}

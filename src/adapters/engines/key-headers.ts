import type { EngineSettings } from '../../domain/cluster.ts';
import { optionValue } from './option-value.ts';

/** Engines started with a key want it for all but their health. */
export function keyHeaders({ args = [], env = {} }: EngineSettings): Readonly<Record<string, string>> {
  const key = optionValue(args, '--api-key') ?? env['VLLM_API_KEY'];
  return key === undefined ? {} : { authorization: `Bearer ${key}` };
}

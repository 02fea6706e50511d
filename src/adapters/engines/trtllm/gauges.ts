import type { EngineGauges } from '../../../ports/engine.ts';
import { firstTold, fraction, mean, Metrics, product, textIfAny } from '../monitor/gauges.ts';
import type { AskInstance } from '../monitor/questions.ts';

const PREFIX = 'trtllm_';
const NAMES = new Set(
  [
    'num_requests_running',
    'num_requests_waiting',
    'kv_cache_utilization',
    'kv_cache_used_blocks',
    'kv_cache_tokens_per_block',
    'prompt_tokens_total',
    'generation_tokens_total',
  ].map((name) => PREFIX + name),
);

export function trtllmGaugesIn(text: string): Partial<EngineGauges> {
  const metrics = new Metrics(text, (name) => (NAMES.has(name) ? name.slice(PREFIX.length) : null));
  return {
    running: metrics.sum('num_requests_running'),
    waiting: metrics.sum('num_requests_waiting'),
    kvUsage: fraction(mean(metrics.values('kv_cache_utilization'))),
    kvTokens: product(metrics.sum('kv_cache_used_blocks'), mean(metrics.values('kv_cache_tokens_per_block'))),
    promptTokensTotal: metrics.sum('prompt_tokens_total'),
    generatedTokensTotal: metrics.sum('generation_tokens_total'),
  };
}

/** Never its /metrics: what one reader takes from there no other one sees. */
export const trtllmGauges = async (ask: AskInstance): Promise<EngineGauges | null> => {
  const text = await textIfAny(ask('/prometheus/metrics'));
  return text === null ? null : firstTold([trtllmGaugesIn(text)]);
};

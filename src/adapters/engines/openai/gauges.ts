import type { EngineGauges } from '../../../ports/engine.ts';
import { firstTold, fraction, mean, Metrics, NO_GAUGES } from '../monitor/gauges.ts';
import type { AskInstance } from '../monitor/questions.ts';
import { gaugesInMetrics as sglangGaugesIn } from '../sglang/gauges.ts';
import { vllmGaugesIn } from '../vllm/gauges.ts';

const PREFIX = 'llamacpp:';
const NAMES = new Set(
  [
    'requests_processing',
    'requests_deferred',
    'kv_cache_usage_ratio',
    'kv_cache_tokens',
    'prompt_tokens_total',
    'tokens_predicted_total',
  ].map((name) => PREFIX + name),
);

/** llama.cpp's server with --metrics; its newer ones say nothing of the KV cache. */
export function llamaCppGaugesIn(text: string): Partial<EngineGauges> {
  const metrics = new Metrics(text, (name) => (NAMES.has(name) ? name.slice(PREFIX.length) : null));
  return {
    running: metrics.sum('requests_processing'),
    waiting: metrics.sum('requests_deferred'),
    kvUsage: fraction(mean(metrics.values('kv_cache_usage_ratio'))),
    kvTokens: metrics.sum('kv_cache_tokens'),
    promptTokensTotal: metrics.sum('prompt_tokens_total'),
    generatedTokensTotal: metrics.sum('tokens_predicted_total'),
  };
}

/** Whatever is understood of its metrics, if it has any; an engine that tells nothing is no broken one. */
export const openAiGauges = async (ask: AskInstance): Promise<EngineGauges | null> => {
  const { status, text } = await ask('/metrics');
  if (status >= 500 && status !== 501) return null;
  if (status !== 200) return NO_GAUGES;
  return firstTold([llamaCppGaugesIn(text), vllmGaugesIn(text), sglangGaugesIn(text)]) ?? NO_GAUGES;
};

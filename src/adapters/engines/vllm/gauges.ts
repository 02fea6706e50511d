import type { EngineGauges } from '../../../ports/engine.ts';
import { firstTold, fraction, known, mean, Metrics, product, sum, textIfAny } from '../monitor/gauges.ts';
import type { AskInstance } from '../monitor/questions.ts';

const RUNNING = 'vllm:num_requests_running';
const WAITING = 'vllm:num_requests_waiting';
const SWAPPED = 'vllm:num_requests_swapped';
const KV_USAGE = 'vllm:kv_cache_usage_perc';
/** The same figure of the engine that was called v0. */
const KV_USAGE_V0 = 'vllm:gpu_cache_usage_perc';
const CONFIG = 'vllm:cache_config_info';
const PROMPT = 'vllm:prompt_tokens_total';
const GENERATED = 'vllm:generation_tokens_total';
const NAMES = new Set([RUNNING, WAITING, SWAPPED, KV_USAGE, KV_USAGE_V0, CONFIG, PROMPT, GENERATED]);

/** Tokens that its KV cache holds, of all data-parallel engines: its settings are labels. */
const capacityIn = (metrics: Metrics): number | null =>
  sum(metrics.all(CONFIG).map(({ labels }) => product(known(Number(labels['num_gpu_blocks'])), known(Number(labels['block_size'])))));

/** One sample per data-parallel engine; all together are the instance. */
export function vllmGaugesIn(text: string): Partial<EngineGauges> {
  const metrics = new Metrics(text, (name) => (NAMES.has(name) ? name : null));
  const kvUsage = fraction(mean(metrics.values(KV_USAGE)) ?? mean(metrics.values(KV_USAGE_V0)));
  return {
    running: metrics.sum(RUNNING),
    waiting: sum([metrics.sum(WAITING), metrics.sum(SWAPPED)]),
    kvUsage,
    kvTokens: product(kvUsage, capacityIn(metrics)),
    promptTokensTotal: metrics.sum(PROMPT),
    generatedTokensTotal: metrics.sum(GENERATED),
  };
}

export const vllmGauges = async (ask: AskInstance): Promise<EngineGauges | null> => {
  const text = await textIfAny(ask('/metrics'));
  return text === null ? null : firstTold([vllmGaugesIn(text)]);
};

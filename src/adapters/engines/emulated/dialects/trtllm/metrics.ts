import { expose } from '../../api/prometheus.ts';
import type { EngineNode } from '../../node.ts';
import { servedModelOf } from '../../spec.ts';

const BLOCK_TOKENS = 32;
/** What `/metrics` keeps for its reader. */
const KEPT_ITERATIONS = 1000;

/** Statistics by iteration since they were last read. Two readers steal from each other. */
export const iterationStats = (node: EngineNode): (() => readonly unknown[]) => {
  let read = 0;
  return () => {
    const until = node.machine.iterations();
    const from = Math.max(read, until - KEPT_ITERATIONS);
    read = until;
    const { running, waiting, kvTokens, kvCapacityTokens } = node.machine.load();
    const used = Math.ceil(kvTokens / BLOCK_TOKENS);
    const max = Math.floor(kvCapacityTokens / BLOCK_TOKENS);
    const context = node.spec.role === 'prefill';
    return Array.from({ length: until - from }, (_, at) => ({
      timestamp: new Date().toISOString(),
      iter: from + at + 1,
      numActiveRequests: running,
      numQueuedRequests: waiting,
      kvCacheStats: { maxNumBlocks: max, usedNumBlocks: used, freeNumBlocks: max - used, tokensPerBlock: BLOCK_TOKENS },
      inflightBatchingStats: { numContextRequests: context ? running : 0, numGenRequests: context ? 0 : running, numPausedRequests: 0 },
    }));
  };
};

export const prometheus = (node: EngineNode): string => {
  const { stats, spec } = node;
  const { running, waiting, kvTokens, kvCapacityTokens } = node.machine.load();
  const context = spec.role === 'prefill';
  return expose({
    labels: { model_name: servedModelOf(spec), engine_type: 'pytorch' },
    gauges: {
      trtllm_num_requests_running: running,
      trtllm_num_requests_waiting: waiting,
      trtllm_num_context_requests: context ? running : 0,
      trtllm_num_generation_requests: context ? 0 : running,
      trtllm_kv_cache_utilization: kvTokens / kvCapacityTokens,
      trtllm_kv_cache_max_blocks: Math.floor(kvCapacityTokens / BLOCK_TOKENS),
      trtllm_kv_cache_used_blocks: Math.ceil(kvTokens / BLOCK_TOKENS),
      trtllm_kv_cache_tokens_per_block: BLOCK_TOKENS,
    },
    counters: {
      trtllm_prompt_tokens_total: stats.promptTokens,
      trtllm_generation_tokens_total: stats.generatedTokens,
      trtllm_num_requests_completed_total: stats.succeeded,
    },
    histograms: {
      trtllm_time_to_first_token_seconds: stats.ttftS,
      trtllm_time_per_output_token_seconds: stats.itlS,
    },
  });
};

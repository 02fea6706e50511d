import { expose } from '../../api/prometheus.ts';
import type { EngineNode } from '../../node.ts';
import { servedModelOf } from '../../spec.ts';

export const metrics = (node: EngineNode): string => {
  const { stats } = node;
  const load = node.machine.load();
  return expose({
    labels: { model_name: servedModelOf(node.spec), engine: '0' },
    gauges: {
      'vllm:num_requests_running': load.running,
      'vllm:num_requests_waiting': load.waiting,
      'vllm:kv_cache_usage_perc': load.kvTokens / load.kvCapacityTokens,
    },
    counters: {
      'vllm:prompt_tokens_total': stats.promptTokens,
      'vllm:generation_tokens_total': stats.generatedTokens,
      'vllm:num_preemptions_total': 0,
      'vllm:nixl_num_kv_expired_reqs_total': stats.kvExpired,
      'vllm:nixl_num_failed_transfers_total': stats.failed,
    },
    histograms: {
      'vllm:time_to_first_token_seconds': stats.ttftS,
      'vllm:inter_token_latency_seconds': stats.itlS,
    },
  });
};

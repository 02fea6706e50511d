import { expose } from '../../api/prometheus.ts';
import type { EngineNode } from '../../node.ts';
import { servedModelOf } from '../../spec.ts';

const BLOCK_TOKENS = 16;

/** Its settings are labels. */
const configInfo = (kvCapacityTokens: number): string =>
  `# TYPE vllm:cache_config_info gauge\nvllm:cache_config_info{block_size="${BLOCK_TOKENS}",engine="0",num_gpu_blocks="${Math.floor(kvCapacityTokens / BLOCK_TOKENS)}"} 1\n`;

export const metrics = (node: EngineNode): string => {
  const { stats } = node;
  const load = node.machine.load();
  const model = servedModelOf(node.spec);
  // A name that begins like another one: whoever matches beginnings counts twice.
  const byReason = (['capacity', 'deferred'] as const).map(
    (reason) => `vllm:num_requests_waiting_by_reason{model_name=${JSON.stringify(model)},engine="0",reason="${reason}"}`,
  );
  const waiting = `# TYPE vllm:num_requests_waiting_by_reason gauge\n${byReason[0]} ${load.waiting}\n${byReason[1]} 0\n`;
  return (
    waiting +
    configInfo(load.kvCapacityTokens) +
    expose({
      labels: { model_name: model, engine: '0' },
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
    })
  );
};

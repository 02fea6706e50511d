import { expose } from '../../api/prometheus.ts';
import type { EngineNode } from '../../node.ts';
import { servedModelOf } from '../../spec.ts';

const VERSION = '0.0.0+voltana-emulated';

const modeOf = ({ spec }: EngineNode): string => (spec.role === 'aggregated' ? 'null' : spec.role);

/** Server arguments lie flat at the top. */
export const serverInfo = (node: EngineNode) => ({
  model_path: node.spec.model.id,
  served_model_name: servedModelOf(node.spec),
  tp_size: node.spec.tp,
  dp_size: 1,
  disaggregation_mode: modeOf(node),
  disaggregation_bootstrap_port: node.kvAddress?.port ?? null,
  max_running_requests: node.spec.engine.maxRunningDecode,
  chunked_prefill_size: node.spec.engine.chunkTokens,
  max_total_num_tokens: node.machine.load().kvCapacityTokens,
  internal_states: [{ last_gen_throughput: null, avg_spec_accept_length: null }],
  version: VERSION,
});

export const modelInfo = ({ spec }: EngineNode) => ({
  model_path: spec.model.id,
  tokenizer_path: spec.model.id,
  is_generation: true,
  preferred_sampling_params: null,
  weight_version: 'default',
  has_image_understanding: false,
  has_audio_understanding: false,
});

export const loads = (node: EngineNode) => {
  const load = node.machine.load();
  const entry = {
    dp_rank: 0,
    num_running_reqs: load.running,
    num_waiting_reqs: load.waiting,
    num_used_tokens: load.kvTokens,
    num_total_tokens: load.kvTokens,
    max_total_num_tokens: load.kvCapacityTokens,
    token_usage: load.kvTokens / load.kvCapacityTokens,
    max_running_requests: node.spec.engine.maxRunningDecode,
    disaggregation: { mode: modeOf(node) },
    queues: { waiting: load.waiting, grammar: 0, paused: 0, retracted: 0 },
  };
  return { timestamp: new Date().toISOString(), version: VERSION, loads: [entry] };
};

/** The older form of the same. */
export const getLoad = (node: EngineNode) => {
  const { running, waiting, kvTokens } = node.machine.load();
  return [
    {
      dp_rank: 0,
      num_reqs: running + waiting,
      num_waiting_reqs: waiting,
      num_tokens: kvTokens,
      num_pending_tokens: 0,
      ts_tic: node.time.nowMs(),
    },
  ];
};

export const metrics = (node: EngineNode): string => {
  const { stats } = node;
  const load = node.machine.load();
  return expose({
    labels: {
      model_name: servedModelOf(node.spec),
      engine_type: modeOf(node) === 'null' ? 'unified' : modeOf(node),
      tp_rank: '0',
      pp_rank: '0',
    },
    gauges: {
      'sglang:num_running_reqs': load.running,
      'sglang:num_queue_reqs': load.waiting,
      'sglang:num_used_tokens': load.kvTokens,
      'sglang:token_usage': load.kvTokens / load.kvCapacityTokens,
      'sglang:max_total_num_tokens': load.kvCapacityTokens,
    },
    counters: {
      'sglang:prompt_tokens_total': stats.promptTokens,
      'sglang:generation_tokens_total': stats.generatedTokens,
      'sglang:num_requests_total': stats.requests,
      'sglang:num_aborted_requests_total': stats.aborted,
      'sglang:num_transfer_failed_reqs_total': stats.failed,
    },
    histograms: {
      'sglang:time_to_first_token_seconds': stats.ttftS,
      'sglang:inter_token_latency_seconds': stats.itlS,
    },
  });
};

import { expect } from 'chai';
import { samplesIn } from '../../../../src/domain/prometheus-text.ts';
import { llamaCppGaugesIn } from '../../../../src/adapters/engines/openai/gauges.ts';
import { gaugesInLoads, gaugesInMetrics } from '../../../../src/adapters/engines/sglang/gauges.ts';
import { trtllmGaugesIn } from '../../../../src/adapters/engines/trtllm/gauges.ts';
import { vllmGaugesIn } from '../../../../src/adapters/engines/vllm/gauges.ts';
import { SGLANG_METRICS } from '../../../fixtures/engines/answers.ts';

const NOTHING = { running: null, waiting: null, kvUsage: null, kvTokens: null };

describe('gauges of engines', () => {
  it('sglang: ranks of one group count once, those of a priority not at all, and every queue waits', () => {
    const expected = { running: 5, waiting: 3, kvUsage: 0.5, kvTokens: 2048, promptTokensTotal: 70_000, generatedTokensTotal: 9000 };
    expect(gaugesInMetrics(SGLANG_METRICS)).to.deep.equal(expected);
    expect(gaugesInMetrics(SGLANG_METRICS.replaceAll('sglang:', 'sglang_'))).to.deep.equal(expected);
  });

  it('sglang: data-parallel groups add up', () => {
    const text = [0, 1].map(
      (rank) => `sglang:num_running_reqs{dp_rank="${rank}",tp_rank="${rank}"} ${rank + 2}\nsglang:token_usage{dp_rank="${rank}"} ${rank}`,
    );
    expect(gaugesInMetrics(text.join('\n'))).to.include({ running: 5, kvUsage: 0.5 });
  });

  it('sglang: loads without a capacity fall back to the usage told', () => {
    expect(gaugesInLoads('{"loads":[{"token_usage":0.25},{"token_usage":0.75}]}')).to.deep.equal({ ...NOTHING, kvUsage: 0.5 });
    for (const text of ['', '{}', '{"loads":{}}', '{"loads":[null,3,{"num_running_reqs":"4"}]}', 'null'])
      expect(gaugesInLoads(text)).to.deep.equal(NOTHING);
  });

  it('vllm: takes the name of the older engine', () => {
    expect(
      vllmGaugesIn('vllm:gpu_cache_usage_perc{model_name="m"} 0.25\nvllm:num_requests_swapped 1\nvllm:num_requests_waiting 2'),
    ).to.include({
      kvUsage: 0.25,
      kvTokens: null,
      waiting: 3,
    });
  });

  it('vllm: a metric whose name begins alike is another one', () => {
    expect(vllmGaugesIn('vllm:num_requests_waiting_by_reason{reason="capacity"} 9\nvllm:iteration_tokens_total_sum 5')).to.include({
      waiting: null,
    });
  });

  it('what is no count is not told', () => {
    expect(vllmGaugesIn('vllm:num_requests_running NaN\nvllm:num_requests_waiting -1\nvllm:kv_cache_usage_perc +Inf')).to.include(NOTHING);
    expect(trtllmGaugesIn('trtllm_time_to_first_token_seconds_count 3')).to.include(NOTHING);
  });

  it('llama.cpp: older ones tell of their KV cache', () => {
    expect(llamaCppGaugesIn('llamacpp:kv_cache_usage_ratio 0.5\nllamacpp:kv_cache_tokens 512')).to.include({ kvUsage: 0.5, kvTokens: 512 });
  });

  it('reads an exposition of OpenMetrics, with exemplars', () => {
    const text = 'a_bucket{le="1"} 3 # {trace_id="x"} 0.5 1700000000\n# EOF\n';
    expect(samplesIn(text)).to.deep.equal([{ name: 'a_bucket', labels: { le: '1' }, value: 3 }]);
  });
});

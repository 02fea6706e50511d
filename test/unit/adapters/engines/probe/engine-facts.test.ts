import { expect } from 'chai';
import { engineFacts, UNKNOWN } from '../../../../../src/adapters/engines/probe/engine-facts.ts';
import type { EngineSettings } from '../../../../../src/domain/cluster.ts';
import type { LaunchedInstance } from '../../../../../src/domain/instance.ts';

const INSTANCE: LaunchedInstance = { id: 'd0', role: 'decode', gpuCount: 1, endpoints: { url: 'http://127.0.0.1:1' } };
const factsOf = (engine: EngineSettings, pages: Readonly<Record<string, unknown>>) =>
  engineFacts({ engine }, INSTANCE, async (path) => {
    const page = pages[path];
    return page === undefined ? null : typeof page === 'string' ? page : JSON.stringify(page);
  });

describe('what an engine tells of itself', () => {
  it('SGLang: its server arguments', async () => {
    const info = {
      version: '0.5.2',
      max_total_num_tokens: 400_000,
      max_running_requests: 256,
      chunked_prefill_size: 8192,
      context_length: null,
    };
    const known = { version: '0.5.2', kvTokens: 400_000, maxRunning: 256, contextTokens: null, chunkTokens: 8192 };
    expect(await factsOf({ kind: 'sglang' }, { '/server_info': info })).to.deep.equal(known);
    expect(await factsOf({ kind: 'sglang' }, { '/get_server_info': info })).to.deep.equal(known);
  });

  it('vLLM: metrics, its list of models, and what its cluster file has it told by role', async () => {
    const pages = {
      '/version': { version: '0.11.0' },
      '/metrics': 'vllm:cache_config_info{block_size="16",num_gpu_blocks="1000"} 1\n',
      '/v1/models': { data: [{ id: 'm', max_model_len: 4096 }] },
    };
    const engine: EngineSettings = {
      kind: 'vllm',
      args: ['--max-num-seqs', '64'],
      decodeArgs: ['--max-num-seqs=128'],
      prefillArgs: ['--max-num-seqs', '4'],
    };
    const told = { version: '0.11.0', kvTokens: 16_000, maxRunning: 128, contextTokens: 4096, chunkTokens: null };
    expect(await factsOf(engine, pages)).to.deep.equal(told);
  });

  it('TensorRT-LLM: blocks of its KV cache', async () => {
    const metrics = 'trtllm_kv_cache_max_blocks{a="b"} 100\ntrtllm_kv_cache_tokens_per_block{a="b"} 32\n';
    expect(await factsOf({ kind: 'trtllm', args: ['--max_batch_size', '32'] }, { '/prometheus/metrics': metrics })).to.deep.equal({
      ...UNKNOWN,
      kvTokens: 3200,
      maxRunning: 32,
    });
  });

  it('llama.cpp: its slots share the context', async () => {
    const props = { total_slots: 4, default_generation_settings: { n_ctx: 2048 }, build_info: 'b1' };
    expect(await factsOf({ kind: 'openai' }, { '/props': props })).to.deep.equal({
      version: 'b1',
      kvTokens: 8192,
      maxRunning: 4,
      contextTokens: 2048,
      chunkTokens: null,
    });
  });

  it('nothing where it tells nothing, or nonsense', async () => {
    for (const kind of ['sglang', 'vllm', 'trtllm', 'openai'] as const) {
      expect(await factsOf({ kind }, {})).to.deep.equal(UNKNOWN);
      const nonsense = { '/server_info': '[1]', '/version': 'x', '/metrics': '<html>', '/v1/models': { data: [3] }, '/props': 'null' };
      expect(await factsOf({ kind }, nonsense)).to.deep.equal(UNKNOWN);
    }
    expect(await factsOf({ kind: 'sglang' }, { '/server_info': { max_total_num_tokens: -1, version: 7 } })).to.deep.equal(UNKNOWN);
  });
});

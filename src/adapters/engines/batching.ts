import type { EngineSettings } from '../../domain/cluster.ts';
import type { EngineRole } from '../../domain/instance.ts';
import { speechOf } from './speaks.ts';

/** What of the batching an engine of a role is told: one that does not decode captures no graphs, and one that does not prefill cuts no prompts. */
export interface RoleBatching {
  readonly chunkTokens: number | null;
  readonly maxRunning: number | null;
  /** Ascending. */
  readonly captureSizes: readonly number[] | null;
}

function batchingOf({ batching = {} }: EngineSettings, role: EngineRole): RoleBatching {
  const { chunkTokens = null, maxRunning = null, captureSizes } = batching;
  const [prefills, decodes] = [role !== 'decode', role !== 'prefill'];
  return {
    chunkTokens: prefills ? chunkTokens : null,
    maxRunning: decodes ? maxRunning : null,
    captureSizes: decodes && captureSizes !== undefined ? captureSizes.toSorted((a, b) => a - b) : null,
  };
}

const option = (name: string, value: number | string | null): string[] => (value === null ? [] : [name, String(value)]);

/** FP8 of the kind that keeps more digits: it needs no scaling file. */
const SGLANG_KV = { bf16: 'bfloat16', fp8: 'fp8_e4m3' } as const;
const VLLM_KV = { bf16: 'bfloat16', fp8: 'fp8' } as const;

function sglangWords(engine: EngineSettings, { chunkTokens, maxRunning, captureSizes }: RoleBatching): string[] {
  return [
    ...option('--chunked-prefill-size', chunkTokens),
    ...option('--max-running-requests', maxRunning),
    ...(captureSizes === null ? [] : ['--cuda-graph-bs', ...captureSizes.map(String)]),
    ...option('--kv-cache-dtype', engine.kvDtype === undefined ? null : SGLANG_KV[engine.kvDtype]),
  ];
}

function vllmWords(engine: EngineSettings, { chunkTokens, maxRunning, captureSizes }: RoleBatching): string[] {
  return [
    ...option('--max-num-batched-tokens', chunkTokens),
    ...option('--max-num-seqs', maxRunning),
    // Older and newer vLLMs have options of their own for the sizes; all of them read this.
    ...option('--compilation-config', captureSizes === null ? null : JSON.stringify({ cudagraph_capture_sizes: captureSizes })),
    ...option('--kv-cache-dtype', engine.kvDtype === undefined ? null : VLLM_KV[engine.kvDtype]),
  ];
}

const trtllmWords = (_engine: EngineSettings, { chunkTokens, maxRunning }: RoleBatching): string[] => [
  ...option('--max_num_tokens', chunkTokens),
  ...option('--max_batch_size', maxRunning),
];

/** Of TensorRT-LLM, what only its file of settings takes. A prompt longer than an iteration's tokens is refused unless it may be cut. */
export function trtllmBatching(engine: EngineSettings, role: EngineRole): object {
  const { chunkTokens, captureSizes } = batchingOf(engine, role);
  return {
    ...(chunkTokens !== null && { enable_chunked_prefill: true }),
    ...(captureSizes !== null && { cuda_graph_config: { batch_sizes: captureSizes, enable_padding: true } }),
    ...(engine.kvDtype === 'fp8' && { kv_cache_config: { dtype: 'fp8' } }),
  };
}

const WORDS = { sglang: sglangWords, vllm: vllmWords, trtllm: trtllmWords, openai: () => [] } as const;

/** The batching of a cluster file as words of an engine's command line; none where its kind has no words for it. */
export const batchingWords = (engine: EngineSettings, role: EngineRole): readonly string[] =>
  WORDS[speechOf(engine).dialect](engine, batchingOf(engine, role));

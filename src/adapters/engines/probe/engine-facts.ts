import type { ClusterFile } from '../../../domain/cluster.ts';
import type { EngineFacts } from '../../../domain/engine-facts.ts';
import type { LaunchedInstance } from '../../../domain/instance.ts';
import { batchingWords } from '../batching.ts';
import { known, Metrics, product } from '../monitor/gauges.ts';
import { optionValue } from '../option-value.ts';
import { speechOf, type Dialect } from '../speaks.ts';

/** The text at a path of an instance; null where it does not come. */
export type Look = (path: string) => Promise<string | null>;

type Fields = Readonly<Record<string, unknown>>;

export const UNKNOWN: EngineFacts = { version: null, kvTokens: null, maxRunning: null, contextTokens: null, chunkTokens: null };

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);

async function fieldsAt(look: Look, path: string): Promise<Fields> {
  try {
    const value: unknown = JSON.parse((await look(path)) ?? '{}');
    return isFields(value) ? value : {};
  } catch {
    return {};
  }
}

const positive = (value: unknown): number | null => {
  const told = known(value);
  return told === null || told === 0 ? null : told;
};
const text = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);
const option = (args: readonly string[], name: string): number | null => positive(Number(optionValue(args, name) ?? NaN));

/** Its server arguments lie flat at the top of what it says of itself. */
async function sglangFacts(look: Look): Promise<EngineFacts> {
  const newer = await fieldsAt(look, '/server_info');
  const info = Object.keys(newer).length > 0 ? newer : await fieldsAt(look, '/get_server_info');
  return {
    version: text(info['version']),
    kvTokens: positive(info['max_total_num_tokens']),
    maxRunning: positive(info['max_running_requests']),
    contextTokens: positive(info['context_length']),
    chunkTokens: positive(info['chunked_prefill_size']),
  };
}

/** Of the first model listed: vLLM tells how long its requests may be. */
async function modelLength(look: Look): Promise<number | null> {
  const { data } = await fieldsAt(look, '/v1/models');
  const first: unknown = Array.isArray(data) ? data[0] : null;
  return isFields(first) ? positive(first['max_model_len']) : null;
}

const CONFIG = 'vllm:cache_config_info';

async function vllmFacts(look: Look, args: readonly string[]): Promise<EngineFacts> {
  const metrics = new Metrics((await look('/metrics')) ?? '', (name) => (name === CONFIG ? name : null));
  const [config] = metrics.all(CONFIG);
  const label = (name: string): number | null => positive(Number(config?.labels[name] ?? NaN));
  return {
    version: text((await fieldsAt(look, '/version'))['version']),
    kvTokens: product(label('num_gpu_blocks'), label('block_size')),
    maxRunning: option(args, '--max-num-seqs'),
    contextTokens: await modelLength(look),
    chunkTokens: option(args, '--max-num-batched-tokens'),
  };
}

const BLOCKS = 'trtllm_kv_cache_max_blocks';
const PER_BLOCK = 'trtllm_kv_cache_tokens_per_block';

async function trtllmFacts(look: Look, args: readonly string[]): Promise<EngineFacts> {
  const metrics = new Metrics((await look('/prometheus/metrics')) ?? '', (name) => ([BLOCKS, PER_BLOCK].includes(name) ? name : null));
  return {
    version: text((await fieldsAt(look, '/version'))['version']),
    kvTokens: positive(product(metrics.sum(BLOCKS), metrics.values(PER_BLOCK)[0] ?? null)),
    maxRunning: option(args, '--max_batch_size'),
    contextTokens: option(args, '--max_seq_len'),
    chunkTokens: option(args, '--max_num_tokens'),
  };
}

/** llama.cpp's server tells of its slots at /props; each has its share of the context. Of other engines little is known. */
async function openAiFacts(look: Look): Promise<EngineFacts> {
  const props = await fieldsAt(look, '/props');
  const slots = positive(props['total_slots']);
  const settings = props['default_generation_settings'];
  const contextTokens = (isFields(settings) ? positive(settings['n_ctx']) : null) ?? (await modelLength(look));
  return {
    version: text(props['build_info']),
    kvTokens: slots === null ? null : product(slots, contextTokens),
    maxRunning: slots,
    contextTokens,
    chunkTokens: null,
  };
}

const READERS: Readonly<Record<Dialect, (look: Look, args: readonly string[]) => Promise<EngineFacts>>> = {
  sglang: sglangFacts,
  vllm: vllmFacts,
  trtllm: trtllmFacts,
  openai: openAiFacts,
};

/** What an engine tells of itself, and what its cluster file has it told. What it does not say is null; never rejects. */
export function engineFacts({ engine }: Pick<ClusterFile, 'engine'>, { role }: LaunchedInstance, look: Look): Promise<EngineFacts> {
  const args = [
    ...batchingWords(engine, role),
    ...(engine.args ?? []),
    ...((role === 'prefill' ? engine.prefillArgs : engine.decodeArgs) ?? []),
  ];
  return READERS[speechOf(engine).dialect](look, args);
}

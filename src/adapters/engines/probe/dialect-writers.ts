import { isAggregated } from '../monitor/answers.ts';
import type { LaunchedInstance } from '../../../domain/instance.ts';
import type { Dialect } from '../speaks.ts';
import type { TokenIds } from './token-ids.ts';
import type { RequestWriter } from './writer.ts';

/**
 * SGLang's own warm-up asks halves of a pair like this: an address that it keeps for "no peer" and room 0, for which both halves use
 * a sender and a receiver that transfer nothing (sglang/srt/disaggregation/utils.py, fake/conn.py). Decode then starts from made-up KV.
 */
const NO_PEER = { bootstrap_host: '2.2.2.2', bootstrap_port: null, bootstrap_room: 0 } as const;

/** Llama.cpp's names for what the others call otherwise or do by themselves; engines that do not know them look past them. */
const LLAMA_CPP = { cache_prompt: false, timings_per_token: true } as const;
const COUNTED = { stream_options: { include_usage: true, continuous_usage_stats: true } } as const;

/** What a dialect says beside the prompt. vLLM and TensorRT-LLM serve plain requests whatever they are for in a pair: nobody told them. */
function extrasOf(dialect: Dialect, instance: LaunchedInstance): object {
  if (dialect === 'openai') return LLAMA_CPP;
  return dialect === 'sglang' && !isAggregated(instance) ? NO_PEER : {};
}

export interface WriterParts {
  readonly dialect: Dialect;
  readonly ids: TokenIds;
  /** As the engine serves it; null where any name will do. */
  readonly model: string | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly longestTokens: number | null;
}

/**
 * Requests straight to an instance. Outputs have their length whatever the model says: without an end token nothing stops them. `min_tokens`
 * would say the same, but SGLang and vLLM then mask logits in every iteration, which nobody pays for in production.
 */
export function dialectWriter(instance: LaunchedInstance, { dialect, ids, model, headers, longestTokens }: WriterParts): RequestWriter {
  const common = { ...(model === null ? {} : { model }), temperature: 0, ignore_eos: true, ...extrasOf(dialect, instance) };
  const body = (promptTokens: number, own: object): string =>
    `{"prompt":${ids.prompt(promptTokens)},${JSON.stringify({ ...common, ...own }).slice(1)}`;
  return {
    headers,
    ...(longestTokens === null ? {} : { longestTokens }),
    prefill: (promptTokens) => body(promptTokens, { max_tokens: 1, stream: false }),
    decode: (promptTokens, outputTokens) => body(promptTokens, { max_tokens: outputTokens, stream: true, ...COUNTED }),
  };
}

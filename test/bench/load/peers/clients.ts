import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Asked, writePrompts } from './asked.ts';
import { MODEL } from './emulated.ts';
import { timed } from './timed.ts';

/** What a client says of its run. */
export interface Told {
  readonly requests: number;
  readonly ttftMs: number;
  readonly tpotMs: number;
  readonly tokensPerS: number;
}

export interface Where {
  readonly url: string;
  /** A Python environment that has the peers. */
  readonly venv: string;
  /** Of a tokenizer: none can be downloaded everywhere, and each peer wants one. */
  readonly tokenizer: string;
  /** Empty, for what the client writes. */
  readonly folder: string;
}

export interface Peer {
  readonly name: string;
  /** @returns processor seconds of all its processes, from start to end */
  run(where: Where, asked: Asked): Promise<number>;
  read(folder: string): Told;
}

const json = <T>(...path: string[]): T => JSON.parse(readFileSync(join(...path), 'utf8')) as T;

export const aiperf: Peer = {
  name: 'aiperf',
  // Told that it is offline, it takes no tokenizer from a folder; asked for one from a folder, it goes to no network.
  run: ({ url, venv, tokenizer, folder }, asked) =>
    timed([
      join(venv, 'bin', 'aiperf'),
      'profile',
      ...['-m', MODEL, '-u', url, '--endpoint-type', 'completions', '--streaming', '--tokenizer', tokenizer],
      ...['--request-rate', String(asked.requestsPerS), '--arrival-pattern', 'constant', '--request-count', String(asked.requests)],
      ...['--input-file', writePrompts(folder, asked), '--custom-dataset-type', 'single_turn', '--dataset-sampling-strategy', 'sequential'],
      ...['--extra-inputs', '{"ignore_eos": true, "temperature": 0}', '--use-server-token-count', '--use-legacy-max-tokens'],
      ...['--ui', 'none', '--output-artifact-dir', folder, '--no-gpu-telemetry', '--no-server-metrics', '--workers-max', '1'],
    ]),
  read: (folder) => {
    type Told = Record<
      'request_count' | 'time_to_first_token' | 'inter_token_latency' | 'output_token_throughput',
      { readonly avg: number }
    >;
    const told = json<Told>(folder, 'profile_export_aiperf.json');
    return {
      requests: told.request_count.avg,
      ttftMs: told.time_to_first_token.avg,
      tpotMs: told.inter_token_latency.avg,
      tokensPerS: told.output_token_throughput.avg,
    };
  },
};

export const guidellm: Peer = {
  name: 'guidellm',
  run: ({ url, venv, tokenizer, folder }, asked) => {
    // Of itself it asks for counts in every event, which the others do not.
    const body = { temperature: 0, stream_options: { include_usage: true, continuous_usage_stats: false } };
    const backend = { kind: 'openai_http', target: url, model: MODEL, request_format: '/v1/completions', extras: { body } };
    const command = [
      join(venv, 'bin', 'guidellm'),
      'run',
      ...['--backend', JSON.stringify(backend), '--tokenizer', `kind=huggingface_auto,model=${tokenizer}`],
      ...['--data', `kind=json_file,path=${writePrompts(folder, asked)}`],
      ...['--profile', `kind=constant,rate=${asked.requestsPerS}`, '--constraint', `kind=max_requests,count=${asked.requests}`],
      ...['--output', `kind=json,path=${join(folder, 'guidellm.json')}`, '--disable-console'],
    ];
    return timed(command, { HF_HUB_OFFLINE: '1', HF_HOME: folder });
  },
  read: (folder) => {
    interface Metric {
      readonly successful: { readonly mean: number };
    }
    type Metrics = Record<'time_to_first_token_ms' | 'inter_token_latency_ms' | 'output_tokens_per_second', Metric>;
    type Benchmark = { metrics: Metrics & { request_totals: { successful: number } } };
    const { metrics } = json<{ benchmarks: Benchmark[] }>(folder, 'guidellm.json').benchmarks[0]!;
    return {
      requests: metrics.request_totals.successful,
      ttftMs: metrics.time_to_first_token_ms.successful.mean,
      // What it calls time per output token has the first one in it; its gap is everybody else's time per token.
      tpotMs: metrics.inter_token_latency_ms.successful.mean,
      tokensPerS: metrics.output_tokens_per_second.successful.mean,
    };
  },
};

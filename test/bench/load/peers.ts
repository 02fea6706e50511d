import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Figure, figureMaker } from '../figures.ts';
import { MODEL } from './answers.ts';
import { runJob, startEndpoint } from './runs.ts';

const EVERY_MS = 50;
const FIRST_MS = 400;
const RATE = 10;
const PROMPT_TOKENS = 64;
const MAX_TOKENS = 100;
const WITHIN_MS = 300_000;

/** What each client says of the same requests at the same times, and what it took to say it. */
interface Told {
  readonly ttftMs: number;
  readonly tpotMs: number;
  readonly tokensPerS: number;
  /** Of all its processes, from start to end. */
  readonly cpuS: number;
}

interface Peer {
  readonly name: string;
  command(url: string, venv: string, folder: string, requests: number): readonly string[];
  read(folder: string): Omit<Told, 'cpuS'>;
}

/** Tokenizers cannot be downloaded everywhere; lengths of prompts play no part at this endpoint. */
const TOKENIZER = `
import sys
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import PreTrainedTokenizerFast
tokenizer = Tokenizer(models.BPE())
tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
tokenizer.decoder = decoders.ByteLevel()
trainer = trainers.BpeTrainer(vocab_size=400, special_tokens=["</s>"], initial_alphabet=pre_tokenizers.ByteLevel.alphabet())
tokenizer.train_from_iterator(["the of and to in is was he for it with as his on be at by had not"] * 10, trainer)
PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token="</s>", pad_token="</s>").save_pretrained(sys.argv[1])
`;

const json = <T>(...path: string[]): T => JSON.parse(readFileSync(join(...path), 'utf8')) as T;

const aiperf: Peer = {
  name: 'aiperf',
  command: (url, venv, folder, requests) => [
    join(venv, 'bin', 'aiperf'),
    'profile',
    ...['-m', MODEL, '-u', url, '--endpoint-type', 'completions', '--streaming', '--tokenizer', join(folder, 'tokenizer')],
    ...['--request-rate', String(RATE), '--arrival-pattern', 'constant', '--request-count', String(requests)],
    ...['--isl', String(PROMPT_TOKENS), '--isl-stddev', '0', '--osl', String(MAX_TOKENS), '--osl-stddev', '0'],
    ...['--use-server-token-count', '--use-legacy-max-tokens', '--ui', 'none', '--output-artifact-dir', folder],
    ...['--no-gpu-telemetry', '--no-server-metrics', '--workers-max', '1'],
  ],
  read: (folder) => {
    type Metric = { readonly avg: number };
    const told = json<Record<'time_to_first_token' | 'inter_token_latency' | 'output_token_throughput', Metric>>(
      folder,
      'profile_export_aiperf.json',
    );
    return {
      ttftMs: told.time_to_first_token.avg,
      tpotMs: told.inter_token_latency.avg,
      tokensPerS: told.output_token_throughput.avg,
    };
  },
};

const guidellm: Peer = {
  name: 'guidellm',
  command: (url, venv, folder, requests) => [
    join(venv, 'bin', 'guidellm'),
    'run',
    ...['--backend', `kind=openai_http,target=${url},model=${MODEL},request_format=/v1/completions`],
    ...['--tokenizer', `kind=huggingface_auto,model=${join(folder, 'tokenizer')}`],
    ...['--data', `kind=synthetic_text,prompt_tokens=${PROMPT_TOKENS},output_tokens=${MAX_TOKENS}`],
    ...['--profile', `kind=constant,rate=${RATE}`, '--constraint', `kind=max_requests,count=${requests}`],
    ...['--output', `kind=json,path=${join(folder, 'guidellm.json')}`, '--disable-console'],
  ],
  read: (folder) => {
    type Metric = { readonly successful: { readonly mean: number } };
    const { benchmarks } = json<{
      benchmarks: { metrics: Record<'time_to_first_token_ms' | 'inter_token_latency_ms' | 'output_tokens_per_second', Metric> }[];
    }>(folder, 'guidellm.json');
    const { metrics } = benchmarks[0]!;
    return {
      ttftMs: metrics.time_to_first_token_ms.successful.mean,
      // What it calls time per output token has the first one in it; its gap is everybody else's time per token.
      tpotMs: metrics.inter_token_latency_ms.successful.mean,
      tokensPerS: metrics.output_tokens_per_second.successful.mean,
    };
  },
};

const secondsOf = (minutes: string): number => {
  const [, m, s] = /^(\d+)m([\d.]+)s$/.exec(minutes)!;
  return Number(m) * 60 + Number(s);
};

/** Runs it under a shell that says what it and all that it started took. @returns processor seconds */
const timed = async (command: readonly string[]): Promise<number> => {
  const env = { ...process.env, HF_HUB_OFFLINE: '1' };
  const child = spawn('bash', ['-c', '"$@" >&2; code=$?; times; exit $code', 'bash', ...command], { env, detached: true });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr = (stderr + text).slice(-2000)));
  const timer = setTimeout(() => process.kill(-child.pid!, 'SIGKILL'), WITHIN_MS);
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  clearTimeout(timer);
  if (code !== 0) throw new Error(`it ended with ${code}: ${stderr}`);
  // The second line is of what the shell waited for.
  return stdout
    .trim()
    .split('\n')
    .at(-1)!
    .split(' ')
    .map(secondsOf)
    .reduce((sum, s) => sum + s, 0);
};

const ours = async (url: string, requests: number): Promise<Told> => {
  const toMs = (1000 * requests) / RATE;
  const how = { requestsPerS: RATE, promptTokens: PROMPT_TOKENS, maxTokens: MAX_TOKENS, gapsFile: null };
  const { measured, spanS, processCpuS, tokens } = await runJob({ url, requests, ...how, measuredFromMs: 0, measuredToMs: toMs });
  return { ttftMs: measured.ttft.mean!, tpotMs: measured.tpot.mean!, tokensPerS: tokens / spanS, cpuS: processCpuS };
};

const offPct = (theirs: number, own: number): number => (100 * Math.abs(theirs - own)) / own;

const missing = (figure: ReturnType<typeof figureMaker>, { name }: Peer, reason: string): Figure[] =>
  ['mean TTFT', 'mean TPOT', 'throughput'].map((what) => ({
    ...figure(`${what}, ${name} against voltana`, 0, '%', 'none', 0),
    value: null,
    reason,
  }));

/** What other clients say of the same endpoint. @param venv a Python environment that has them; null for none */
export const peers = async (
  figure: ReturnType<typeof figureMaker>,
  { venv, requests, say }: { venv: string | null; requests: number; say: (text: string) => void },
): Promise<Figure[]> => {
  const reasonOf = ({ name }: Peer): string | null => {
    if (venv === null) return 'VOLTANA_BENCH_LOAD_PEERS names no Python environment';
    return existsSync(join(venv, 'bin', name)) ? null : `${venv} has no ${name}`;
  };
  const all = [aiperf, guidellm];
  if (all.every((peer) => reasonOf(peer) !== null)) return all.flatMap((peer) => missing(figure, peer, reasonOf(peer)!));
  const folder = mkdtempSync(join(tmpdir(), 'voltana-bench-load-peers-'));
  const endpoint = await startEndpoint(EVERY_MS, FIRST_MS);
  try {
    await timed([join(venv!, 'bin', 'python'), '-c', TOKENIZER, join(folder, 'tokenizer')]);
    const own = await ours(endpoint.url, requests);
    say(`voltana: ${JSON.stringify(own)}`);
    const tokens = requests * MAX_TOKENS;
    const usPerToken = (name: string, cpuS: number): Figure =>
      figure(`processor time of a token, ${name}, start included`, (1e6 * cpuS) / tokens, 'us', 'none', tokens);
    const of = async (peer: Peer): Promise<Figure[]> => {
      const reason = reasonOf(peer);
      if (reason !== null) return missing(figure, peer, reason);
      const cpuS = await timed(peer.command(endpoint.url, venv!, folder, requests));
      const told = peer.read(folder);
      say(`${peer.name}: ${JSON.stringify({ ...told, cpuS })}`);
      return [
        figure(`mean TTFT, ${peer.name} against voltana`, offPct(told.ttftMs, own.ttftMs), '%', '<= 2', requests),
        figure(`mean TPOT, ${peer.name} against voltana`, offPct(told.tpotMs, own.tpotMs), '%', '<= 2', requests),
        figure(`throughput, ${peer.name} against voltana`, offPct(told.tokensPerS, own.tokensPerS), '%', '<= 2', requests),
        usPerToken(peer.name, cpuS),
        figure(`processor time of a token, voltana over ${peer.name}`, own.cpuS / cpuS, 'times', '<= 1', tokens),
      ];
    };
    const figures = [usPerToken('voltana', own.cpuS)];
    for (const peer of all) figures.push(...(await of(peer)));
    return figures;
  } finally {
    await endpoint.process.stop();
    rmSync(folder, { recursive: true, force: true });
  }
};

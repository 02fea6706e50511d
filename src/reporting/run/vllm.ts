import type { BenchApi, BenchLoad } from '../../domain/bench.ts';
import type { Histogram, LatencySummary } from '../../domain/latency-figures.ts';
import type { RunRecord } from '../../domain/run-record.ts';

/** The backend of `vllm bench serve` that speaks the same API. */
const BACKENDS: Readonly<Record<BenchApi, string>> = {
  'openai-completions': 'openai',
  'openai-chat': 'openai-chat',
  'sglang-generate': 'sglang',
};
/** Of a record without a client of ours. */
const OWN_BACKEND = 'voltana';

/** 2026-01-02T03:04:05.678Z -> 20260102-030405 */
const dateText = (createdAt: string): string => createdAt.slice(0, 19).replaceAll('-', '').replaceAll(':', '').replace('T', '-');

/** From the middles of the buckets, 5 % wide: a record keeps no single latencies. */
function spreadOf({ bounds, counts }: Histogram): number {
  const middles = bounds.map((bound, i) => (bound + (bounds[i - 1] ?? 0)) / 2);
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total === 0) return 0;
  const mean = middles.reduce((sum, middle, i) => sum + middle * counts[i]!, 0) / total;
  return Math.sqrt(middles.reduce((sum, middle, i) => sum + (middle - mean) ** 2 * counts[i]!, 0) / total);
}

type Figures = Readonly<Record<string, number | string | null>>;

/** Where nothing was observed vllm writes 0, and so its readers expect. */
const statistics = (name: string, { mean, p50, p99 }: LatencySummary, histogram: Histogram): Figures => ({
  [`mean_${name}_ms`]: mean ?? 0,
  [`median_${name}_ms`]: p50 ?? 0,
  [`std_${name}_ms`]: spreadOf(histogram),
  [`p99_${name}_ms`]: p99 ?? 0,
});

const traffic = ({ config }: RunRecord, load: BenchLoad | undefined): Figures => ({
  request_rate: (load?.loop === 'closed' ? null : config.rate) ?? 'inf',
  // vllm's gamma shape: endless is constant, and 1 where none was drawn.
  burstiness: load?.arrivals === 'constant' ? 'inf' : (load?.burstiness ?? 1),
  max_concurrency: load?.concurrency ?? null,
  ...(load?.ramp ? { ramp_up_strategy: load.ramp.strategy, ramp_up_start_rps: load.ramp.startRps, ramp_up_end_rps: load.ramp.endRps } : {}),
});

/** Most tokens in one second; points of long runs are longer than that. */
function peakTokensPerS({ tS, outputTokens }: RunRecord['series']): number {
  const stepS = tS.length < 2 ? 1 : tS[1]! - tS[0]!;
  return outputTokens.reduce((most, tokens) => Math.max(most, tokens / stepS), 0);
}

const perS = (count: number, seconds: number): number => (seconds === 0 ? 0 : count / seconds);

const throughput = (run: RunRecord): Figures => ({
  duration: run.measuredS,
  completed: run.requests.completed,
  failed: run.requests.offered - run.requests.completed,
  total_input_tokens: run.inputTokens,
  total_output_tokens: run.outputTokens,
  request_throughput: perS(run.requests.completed, run.measuredS),
  request_goodput: run.goodputRps,
  output_throughput: run.outputTokensPerS,
  total_token_throughput: run.inputTokensPerS + run.outputTokensPerS,
  max_output_tokens_per_s: peakTokensPerS(run.series),
  // Known of a closed loop only: a record keeps no single requests.
  max_concurrent_requests: run.bench?.load.concurrency ?? null,
  rtfx: 0,
});

/** As vllm's proposed energy keys have it: of GPUs, so nothing where a wall meter measured, and nothing without a meter. */
const energy = ({ bench, energyJ, measuredS, meanPowerW, joulesPerOutputToken }: RunRecord): Figures =>
  energyJ === null || bench?.energy?.scope === 'wall'
    ? {}
    : {
        gpu_energy_j: energyJ.total,
        gpu_energy_duration_s: measuredS,
        gpu_avg_power_w: meanPowerW,
        gpu_energy_per_output_token_j: joulesPerOutputToken,
      };

/**
 * The key set that `vllm bench serve --save-result` writes (vllm/benchmarks/serve.py at 009e6d4a), percentiles 99, without the lists
 * of single requests. Latencies in ms, the rest in s, tokens and J; TTFT and E2E are from the intended time, as in every record.
 */
export const vllmResult = (run: RunRecord): Figures => {
  const load = run.bench?.load;
  const backend = load ? BACKENDS[load.api] : OWN_BACKEND;
  return {
    date: dateText(run.createdAt),
    endpoint_type: backend,
    backend,
    label: null,
    model_id: run.config.model,
    tokenizer_id: run.config.model,
    num_prompts: run.requests.offered,
    ...traffic(run, load),
    ...throughput(run),
    ...statistics('ttft', run.ttftMs, run.histograms.ttftMs),
    ...statistics('tpot', run.tpotMs, run.histograms.tpotMs),
    ...statistics('itl', run.itlMs, run.histograms.itlMs),
    ...statistics('e2el', run.e2eMs, run.histograms.e2eMs),
    ...energy(run),
  };
};

import { PREFIX_BLOCK_TOKENS, type WorkloadRequest } from '../domain/request.ts';
import type { LengthSummary, TraceArrivals, TraceFigures, TracePrefixes } from '../domain/trace-statistics.ts';
import { MS_PER_S } from '../domain/units.ts';
import { correlation, rankCorrelation } from '../statistics/correlation.ts';
import { quantileSorted } from '../statistics/quantile.ts';

/** Wide enough that a peak is one of demand, and not of chance. */
const WINDOW_S = 10;

const lengthsOf = (tokens: Float64Array): LengthSummary => {
  const ascending = tokens.slice().sort();
  const at = (p: number): number => quantileSorted(ascending, p)!;
  const total = ascending.reduce((sum, value) => sum + value, 0);
  return {
    mean: total / ascending.length,
    min: at(0),
    p10: at(0.1),
    p25: at(0.25),
    p50: at(0.5),
    p75: at(0.75),
    p90: at(0.9),
    p95: at(0.95),
    p99: at(0.99),
    max: at(1),
    total,
  };
};

const gapVariation = (atMs: Float64Array, meanMs: number): number => {
  let squares = 0;
  for (let i = 1; i < atMs.length; i++) squares += (atMs[i]! - atMs[i - 1]! - meanMs) ** 2;
  return Math.sqrt(squares / (atMs.length - 1)) / meanMs;
};

/** Windows that the span does not fill are left out. */
const peakToMean = (atMs: Float64Array): number | null => {
  const windowMs = WINDOW_S * MS_PER_S;
  const windows = Math.floor((atMs.at(-1)! - atMs[0]!) / windowMs);
  if (windows === 0) return null;
  const limitMs = atMs[0]! + windows * windowMs;
  let [peak, inWindow, window, all] = [0, 0, 0, 0];
  for (const at of atMs) {
    if (at >= limitMs) break;
    const here = Math.floor((at - atMs[0]!) / windowMs);
    inWindow = here === window ? inWindow + 1 : 1;
    window = here;
    all += 1;
    peak = Math.max(peak, inWindow);
  }
  return peak / (all / windows);
};

const arrivalsOf = (atMs: Float64Array): TraceArrivals => {
  const spanMs = atMs.at(-1)! - atMs[0]!;
  const meanMs = spanMs / (atMs.length - 1);
  const moving = spanMs > 0;
  return {
    spanS: spanMs / MS_PER_S,
    meanRps: moving ? MS_PER_S / meanMs : null,
    gapVariation: moving ? gapVariation(atMs, meanMs) : null,
    peakToMean: moving ? peakToMean(atMs) : null,
    windowS: WINDOW_S,
  };
};

/** Counts blocks as the requests come. */
const prefixCounter = () => {
  const seen = new Set<string>();
  let [requests, blocks, shared] = [0, 0, 0];
  return {
    count: (prefix: readonly string[] | undefined): void => {
      if (prefix === undefined) return;
      requests += 1;
      blocks += prefix.length;
      for (const block of prefix) {
        if (seen.has(block)) shared += 1;
        else seen.add(block);
      }
    },
    result: (promptTokens: number): TracePrefixes | null =>
      blocks === 0
        ? null
        : {
            requests,
            blocks,
            sharedBlocks: shared,
            sharedFraction: shared / blocks,
            sharedTokenFraction: (shared * PREFIX_BLOCK_TOKENS) / promptTokens,
          },
  };
};

/**
 * What a trace is like.
 * @param requests ascending by arrival, one or more; read once, 24 bytes of each kept
 * @param timed whether their times mean anything
 */
export const traceFigures = (requests: Iterable<WorkloadRequest> & { readonly length: number }, timed: boolean): TraceFigures => {
  const [atMs, prompts, outputs] = [0, 1, 2].map(() => new Float64Array(requests.length)) as [Float64Array, Float64Array, Float64Array];
  const prefixes = prefixCounter();
  let n = 0;
  for (const { arrivalMs, promptTokens, maxTokens, prefix } of requests) {
    atMs[n] = arrivalMs;
    prompts[n] = promptTokens;
    outputs[n] = maxTokens;
    prefixes.count(prefix);
    n += 1;
  }
  const promptTokens = lengthsOf(prompts);
  return {
    requests: n,
    timed,
    arrivals: timed ? arrivalsOf(atMs) : null,
    promptTokens,
    outputTokens: lengthsOf(outputs),
    correlation: { pearson: correlation(prompts, outputs), rank: rankCorrelation(prompts, outputs) },
    prefixes: prefixes.result(promptTokens.total),
  };
};

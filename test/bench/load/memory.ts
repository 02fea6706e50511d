import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LatencySummary } from '../../../src/domain/latency-figures.ts';
import type { Figure, figureMaker } from '../figures.ts';
import { MODEL } from './answers.ts';
import { runJob, startEndpoint } from './runs.ts';

const MIB = 1024 * 1024;
/** Long answers, so that few connections carry them. */
const TOKENS_OF_A_REQUEST = 400;
const REQUESTS_PER_S = 150;
/** Between two tokens. */
const EVERY_MS = 5;

const exactQuantile = (sorted: Float64Array, p: number): number => {
  const rank = p * (sorted.length - 1);
  const [low, high] = [sorted[Math.floor(rank)]!, sorted[Math.ceil(rank)]!];
  return low + (high - low) * (rank - Math.floor(rank));
};

const QUANTILES = { p50: 0.5, p90: 0.9, p95: 0.95, p99: 0.99 } as const;
/** Below 0.1 ms a sketch tells hundredths of a ms apart: gaps of chunks that one read brought together, which nobody promises. */
const LEAST_MS = 1;

/** The largest distance of a percentile from the exact one, in percent. */
const worstOffPct = (told: LatencySummary, sorted: Float64Array, say: (text: string) => void): number =>
  Math.max(
    ...Object.entries(QUANTILES).map(([name, p]) => {
      const [exact, ours] = [exactQuantile(sorted, p), told[name as keyof typeof QUANTILES]!];
      say(`${name} ${ours.toFixed(4)} ms, exactly ${exact.toFixed(4)} ms`);
      return (100 * Math.abs(ours - exact)) / Math.max(exact, LEAST_MS);
    }),
  );

/** A long run in little memory: all gaps go through the tally of a bench, and beside it into a file. */
export const memory = async (figure: ReturnType<typeof figureMaker>, tokens: number, say: (text: string) => void): Promise<Figure[]> => {
  const folder = mkdtempSync(join(tmpdir(), 'voltana-bench-load-'));
  const endpoint = await startEndpoint(EVERY_MS, EVERY_MS);
  try {
    const gapsFile = join(folder, 'gaps.f64');
    const requests = Math.ceil(tokens / TOKENS_OF_A_REQUEST);
    const how = {
      requestsPerS: REQUESTS_PER_S,
      promptTokens: 16,
      maxTokens: TOKENS_OF_A_REQUEST,
      measuredFromMs: 0,
      measuredToMs: (1000 * requests) / REQUESTS_PER_S,
    };
    const result = await runJob({ url: endpoint.url, model: MODEL, requests, gapsFile, ...how });
    const { buffer, byteOffset, byteLength } = readFileSync(gapsFile);
    const gaps = new Float64Array(buffer.slice(byteOffset, byteOffset + byteLength)).sort();
    say(`${result.tokens} tokens in ${result.measured.wallS.toFixed(0)} s: ${(result.residentBytes / MIB).toFixed(0)} MiB at most`);
    const n = result.tokens;
    return [
      figure(`${tokens} token events: resident memory of the whole client at its most`, result.residentBytes / MIB, 'MiB', '<= 256', n),
      figure(
        'percentiles of gaps against exact ones, the worst of p50, p90, p95, p99',
        worstOffPct(result.gaps, gaps, say),
        '%',
        '<= 1',
        n,
      ),
      figure('gaps seen by the tally less gaps written down', Math.abs(result.gaps.n - gaps.length), 'gaps', '<= 0', n),
    ];
  } finally {
    await endpoint.process.stop();
    rmSync(folder, { recursive: true, force: true });
  }
};

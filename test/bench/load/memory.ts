import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LatencySummary } from '../../../src/domain/run-record.ts';
import type { Figure, figureMaker } from '../figures.ts';
import { runJob, startEndpoint } from './runs.ts';

const MIB = 1024 * 1024;
const TOKENS_OF_A_REQUEST = 100;
const REQUESTS_PER_S = 1000;

const exactQuantile = (sorted: Float64Array, p: number): number => {
  const rank = p * (sorted.length - 1);
  const [low, high] = [sorted[Math.floor(rank)]!, sorted[Math.ceil(rank)]!];
  return low + (high - low) * (rank - Math.floor(rank));
};

/** The largest distance of a percentile from the exact one, in percent. */
const worstOffPct = (told: LatencySummary, sorted: Float64Array): number =>
  Math.max(
    ...([0.5, 0.9, 0.95, 0.99] as const).map((p) => {
      const exact = exactQuantile(sorted, p);
      return (100 * Math.abs(told[`p${p * 100}` as 'p50']! - exact)) / Math.max(exact, Number.EPSILON);
    }),
  );

/** A long run in little memory: all gaps go through the tally of a bench, and beside it into a file. */
export const memory = async (figure: ReturnType<typeof figureMaker>, tokens: number, say: (text: string) => void): Promise<Figure[]> => {
  const folder = mkdtempSync(join(tmpdir(), 'voltana-bench-load-'));
  const endpoint = await startEndpoint(1, 1);
  try {
    const gapsFile = join(folder, 'gaps.f64');
    const requests = Math.ceil(tokens / TOKENS_OF_A_REQUEST);
    const how = { requestsPerS: REQUESTS_PER_S, promptTokens: 16, maxTokens: TOKENS_OF_A_REQUEST, measuredFromMs: 0 };
    const result = await runJob({ url: endpoint.url, requests, gapsFile, ...how });
    const { buffer, byteOffset, byteLength } = readFileSync(gapsFile);
    const gaps = new Float64Array(buffer.slice(byteOffset, byteOffset + byteLength)).sort();
    say(`${result.tokens} tokens in ${result.measured.wallS.toFixed(0)} s: ${(result.residentBytes / MIB).toFixed(0)} MiB at most`);
    const n = result.tokens;
    return [
      figure(`${tokens} token events: resident memory of the whole client at its most`, result.residentBytes / MIB, 'MiB', '<= 256', n),
      figure('percentiles of gaps against exact ones, the worst of p50, p90, p95, p99', worstOffPct(result.gaps, gaps), '%', '<= 1', n),
      figure('gaps seen by the tally less gaps written down', Math.abs(result.gaps.n - gaps.length), 'gaps', '<= 0', n),
    ];
  } finally {
    await endpoint.process.stop();
    rmSync(folder, { recursive: true, force: true });
  }
};

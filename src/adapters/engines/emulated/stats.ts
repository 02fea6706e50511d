import { Histogram } from './api/prometheus.ts';

const TTFT_BOUNDS_S = [0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80];
const ITL_BOUNDS_S = [0.002, 0.005, 0.01, 0.015, 0.02, 0.025, 0.03, 0.04, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.5, 1, 2.5];

/** What an engine counts since its start, whatever its metrics call it. */
export class EngineStats {
  promptTokens = 0;
  generatedTokens = 0;
  requests = 0;
  succeeded = 0;
  aborted = 0;
  failed = 0;
  /** KV that nobody fetched in time. */
  kvExpired = 0;
  readonly ttftS = new Histogram(TTFT_BOUNDS_S);
  readonly itlS = new Histogram(ITL_BOUNDS_S);
}

import type { Comparison, DocumentHeader, MetricChange } from './run-record.ts';

/** One side of it. */
export interface ClientSide {
  /** File or run, as it was named. */
  readonly source: string;
  readonly client: 'vllm bench serve' | 'voltana';
  readonly model: string;
  readonly requests: number;
  readonly completed: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
}

/** Two results of which at least one is another client's: latency and throughput only, no energy, no promise. */
export interface ClientComparison extends DocumentHeader<'client-comparison'> {
  readonly baseline: ClientSide;
  readonly candidate: ClientSide;
  readonly verdict: Comparison['verdict'];
  readonly reasons: readonly string[];
  readonly metrics: readonly MetricChange[];
}

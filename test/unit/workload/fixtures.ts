import { existsSync, readFileSync } from 'node:fs';
import type { EmpiricalArrivals, WorkloadCard } from '../../../src/workload/card.ts';

const ROOT = new URL('../../../', import.meta.url);

export const readCard = (id: string): WorkloadCard =>
  JSON.parse(readFileSync(new URL(`profiles/workloads/${id}.json`, ROOT), 'utf8')) as WorkloadCard;

const TRACES = {
  'azure-conv-2023': 'AzureLLMInferenceTrace_conv_2023.csv',
  'azure-code-2023': 'AzureLLMInferenceTrace_code_2023.csv',
  'mooncake-conversation': 'mooncake_conversation_trace_lengths.csv',
} as const;
export type TraceId = keyof typeof TRACES;
export const TRACE_IDS = Object.keys(TRACES) as TraceId[];

/** The public trace, which lies beside the checkout where there is one; null elsewhere. */
export const readTraceCsv = (id: TraceId): string | null => {
  const url = new URL(`../shared/data/traces/${TRACES[id]}`, ROOT);
  return existsSync(url) ? readFileSync(url, 'utf8') : null;
};

/** Long prompts have long answers here. */
export const smallCard: WorkloadCard = {
  schemaVersion: 1,
  kind: 'workload',
  id: 'small',
  name: 'Two bins',
  source: 'a test',
  licence: 'none',
  requests: 20,
  meanPromptTokens: 100,
  meanOutputTokens: 55,
  probabilities: [0, 0.5, 1],
  promptTokens: [0, 100, 200],
  outputTokensByPromptBin: [
    [0, 5, 10],
    [100, 105, 110],
  ],
};

/** Uniform from 0 to twice the mean gap. */
export const evenArrivals: EmpiricalArrivals = {
  kind: 'empirical',
  gaps: 20,
  variation: 0.577,
  probabilities: [0, 1],
  gapQuantiles: [0, 2],
};

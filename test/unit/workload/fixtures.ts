import { existsSync, readFileSync } from 'node:fs';
import type { WorkloadCard } from '../../../src/workload/card.ts';

const ROOT = new URL('../../../', import.meta.url);

export const readCard = (id: string): WorkloadCard =>
  JSON.parse(readFileSync(new URL(`profiles/workloads/${id}.json`, ROOT), 'utf8')) as WorkloadCard;

/** The public trace, which lies beside the checkout where there is one; null elsewhere. */
export const readTraceCsv = (name: 'conv' | 'code'): string | null => {
  const url = new URL(`../shared/data/traces/AzureLLMInferenceTrace_${name}_2023.csv`, ROOT);
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

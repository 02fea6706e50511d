import { mean, quantileSorted } from 'simple-statistics';
import type { WorkloadRequest } from '../domain/request.ts';
import type { WorkloadCard } from './card.ts';
import { empiricalArrivals } from './empirical-gaps.ts';

/** Denser at the ends: the tails hold much of the mean, and p99 has to come out right. */
export const PROBABILITIES: readonly number[] = [
  0,
  0.001,
  0.005,
  0.01,
  ...Array.from({ length: 39 }, (_, index) => (index + 1) / 40),
  0.99,
  0.995,
  0.999,
  1,
];
const PROMPT_BINS = 20;

const quantiles = (values: readonly number[]): number[] => {
  const sorted = values.toSorted((a, b) => a - b);
  return PROBABILITIES.map((probability) => Math.round(quantileSorted(sorted, probability)));
};

const roundedMean = (values: readonly number[]): number => Math.round(mean(values) * 100) / 100;

/** Equally many requests in each, ordered by prompt length. */
const binsByPrompt = (requests: readonly WorkloadRequest[]): WorkloadRequest[][] => {
  const sorted = requests.toSorted((a, b) => a.promptTokens - b.promptTokens);
  const edge = (bin: number): number => Math.round((bin * sorted.length) / PROMPT_BINS);
  return Array.from({ length: PROMPT_BINS }, (_, bin) => sorted.slice(edge(bin), edge(bin + 1)));
};

/** What a card says about itself. */
export type About = Pick<WorkloadCard, 'id' | 'name' | 'source' | 'licence'>;

/**
 * Summarises a trace's lengths and gaps as a card.
 * @param requests ascending by arrival; at least one request for each of the 20 prompt bins
 * @param arrivalsNote what to know before using the gaps
 * @throws RangeError for fewer, and where all arrive at one time
 */
export const buildWorkloadCard = (requests: readonly WorkloadRequest[], about: About, arrivalsNote?: string): WorkloadCard => {
  if (requests.length < PROMPT_BINS) throw new RangeError(`a card needs at least ${PROMPT_BINS} requests, got ${requests.length}`);
  return {
    schemaVersion: 1,
    kind: 'workload',
    id: about.id,
    name: about.name,
    source: about.source,
    licence: about.licence,
    evidence: 'from-trace',
    requests: requests.length,
    meanPromptTokens: roundedMean(requests.map(({ promptTokens }) => promptTokens)),
    meanOutputTokens: roundedMean(requests.map(({ maxTokens }) => maxTokens)),
    probabilities: PROBABILITIES,
    promptTokens: quantiles(requests.map(({ promptTokens }) => promptTokens)),
    outputTokensByPromptBin: binsByPrompt(requests).map((bin) => quantiles(bin.map(({ maxTokens }) => maxTokens))),
    arrivals: empiricalArrivals(requests, arrivalsNote),
  };
};

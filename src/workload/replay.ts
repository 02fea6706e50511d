import { VoltanaError } from '../domain/errors.ts';
import { PREFIX_BLOCK_TOKENS, type WorkloadRequest } from '../domain/request.ts';

/** The arrivals in [fromMs, toMs), counted from `fromMs`. */
export const slice = (schedule: readonly WorkloadRequest[], fromMs: number, toMs: number): WorkloadRequest[] =>
  schedule
    .filter(({ arrivalMs }) => arrivalMs >= fromMs && arrivalMs < toMs)
    .map((request) => ({ ...request, arrivalMs: request.arrivalMs - fromMs }));

export interface ReplayOptions {
  readonly fromMs?: number;
  readonly toMs?: number;
  readonly requests?: number;
  /** Longer prompts are cut to this: an engine refuses what does not fit in its context. */
  readonly maxPromptTokens?: number;
}

const checkCap = (maxPromptTokens: number): void => {
  if (Number.isNaN(maxPromptTokens) || maxPromptTokens < 1) {
    throw new VoltanaError('BAD_VALUE', `the longest prompt must be 1 token or more, got ${maxPromptTokens}`);
  }
};

/** A prompt cut short keeps the blocks that are whole in it. */
const capped = (request: WorkloadRequest, maxPromptTokens: number): WorkloadRequest => {
  if (request.promptTokens <= maxPromptTokens) return { ...request };
  const { prefix, ...rest } = request;
  const blocks = prefix?.slice(0, Math.floor(maxPromptTokens / PREFIX_BLOCK_TOKENS)) ?? [];
  return { ...rest, promptTokens: maxPromptTokens, ...(blocks.length === 0 ? {} : { prefix: blocks }) };
};

/**
 * A stretch of a trace, made as it is read; arrivals count from `fromMs`.
 * @param trace ascending by arrival
 * @throws VoltanaError BAD_VALUE for a prompt limit below 1, with the first request
 */
export function* stretchOf(trace: Iterable<WorkloadRequest>, options: ReplayOptions = {}): Generator<WorkloadRequest, void, undefined> {
  const { fromMs = 0, toMs = Infinity, requests = Infinity, maxPromptTokens = Infinity } = options;
  checkCap(maxPromptTokens);
  let left = requests;
  for (const request of trace) {
    if (left <= 0 || request.arrivalMs >= toMs) return;
    if (request.arrivalMs < fromMs) continue;
    left -= 1;
    yield { ...capped(request, Math.floor(maxPromptTokens)), arrivalMs: request.arrivalMs - fromMs };
  }
}

/**
 * A stretch of a trace as a schedule.
 * @throws VoltanaError BAD_VALUE for a prompt limit below 1
 */
export const toSchedule = (trace: Iterable<WorkloadRequest>, options: ReplayOptions = {}): WorkloadRequest[] => [
  ...stretchOf(trace, options),
];

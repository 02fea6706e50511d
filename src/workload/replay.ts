import { VoltanaError } from '../domain/errors.ts';
import type { WorkloadRequest } from '../domain/request.ts';

/** The arrivals in [fromMs, toMs), counted from `fromMs`. */
export const slice = (schedule: readonly WorkloadRequest[], fromMs: number, toMs: number): WorkloadRequest[] =>
  schedule
    .filter(({ arrivalMs }) => arrivalMs >= fromMs && arrivalMs < toMs)
    .map((request) => ({ ...request, arrivalMs: request.arrivalMs - fromMs }));

/** The first `count` requests, at their own times. */
export const take = (schedule: readonly WorkloadRequest[], count: number): WorkloadRequest[] => schedule.slice(0, Math.max(0, count));

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

/**
 * A stretch of a trace as a schedule.
 * @throws VoltanaError BAD_VALUE for a prompt limit below 1
 */
export const toSchedule = (trace: readonly WorkloadRequest[], options: ReplayOptions = {}): WorkloadRequest[] => {
  const maxPromptTokens = options.maxPromptTokens ?? Infinity;
  checkCap(maxPromptTokens);
  const stretch = slice(trace, options.fromMs ?? 0, options.toMs ?? Infinity);
  return take(stretch, options.requests ?? Infinity).map((request) => ({
    ...request,
    promptTokens: Math.min(request.promptTokens, Math.floor(maxPromptTokens)),
  }));
};

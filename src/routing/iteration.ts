import type { PrefillLoad } from '../telemetry/load.ts';
import type { Candidate } from './policy.ts';

/** Prompts that wait at a prefill instance for its present iteration to end. */
export const queuedAt = ({ waiting, running }: PrefillLoad): number => waiting.length - running;

/** Tokens of the prompts in the iteration under way. */
export function runningTokens({ waiting, running }: PrefillLoad): number {
  let tokens = 0;
  for (let i = 0; i < running; i++) tokens += waiting[i]!.promptTokens;
  return tokens;
}

/** How long the iteration under way takes at the clock in force (ms); 0 for an idle instance. */
export function runningMs({ load, predictor, currentMhz }: Candidate<PrefillLoad>): number {
  if (load.headSinceMs === null) return 0;
  return predictor.predict({ batch: load.running, tokens: runningTokens(load) }, currentMhz).latencyMs;
}

/** So much before the predicted end of an iteration whoever waits at the gateway has to leave, in order to share the next one. */
export interface LetGo {
  readonly earlyMs: number;
  /** Of the iteration's predicted time: predictions err by a part of it. */
  readonly earlyPart: number;
}

/** When an instance can take the next prompts: at once while it is idle, then shortly before its iteration ends. */
export function freeAtMs(candidate: Candidate<PrefillLoad>, { earlyMs, earlyPart }: LetGo): number {
  const { headSinceMs } = candidate.load;
  if (headSinceMs === null) return -Infinity;
  const takesMs = runningMs(candidate);
  return headSinceMs + takesMs - Math.max(earlyMs, earlyPart * takesMs);
}

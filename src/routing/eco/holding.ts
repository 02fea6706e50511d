import type { Hold, RoutingQuestion } from '../policy.ts';
import { runningMs } from '../iteration.ts';
import type { PrefillChoice } from './prefill.ts';
import type { EcoTunables } from './tunables.ts';

const MS_PER_S = 1000;

/** The whole queue of the gateway as one batch there, if it went at `startMs`: done in time for its head? */
function queueIsSafe({ arrivals, request }: RoutingQuestion, { candidate, clocks, deadlineMs }: PrefillChoice, startMs: number): boolean {
  const tokens = candidate.load.waitingTokens + Math.max(arrivals.queuedTokens, request.promptTokens);
  return startMs + clocks.batches.latencyMs(Math.max(1, arrivals.queued), tokens, 0) <= deadlineMs;
}

/**
 * Late binding. The chosen instance is busy: here the request waits no longer than there, and can still go elsewhere. It
 * leaves a little before the present iteration ends, or the next one would start without it.
 */
export function holdForIteration(question: RoutingQuestion, choice: PrefillChoice, tunables: EcoTunables): Hold | null {
  const { candidate, startMs } = choice;
  if (!tunables.lateBinding || candidate.load.headSinceMs === null) return null;
  const takesMs = runningMs(candidate);
  const untilMs = candidate.load.headSinceMs + takesMs - Math.max(tunables.earlyMs, tunables.earlyPart * takesMs);
  // A governor sees only what waits at its instance: as soon as time is short the prompt has to be there.
  if (untilMs <= question.nowMs || !queueIsSafe(question, choice, startMs)) return null;
  return { kind: 'hold', untilMs, reason: 'its prefill instance is busy' };
}

/** Energy that a group saves against each prompt on its own, as part of the latter. Its first prompt starts alone. */
function companySaving({ clocks }: PrefillChoice, group: number, promptTokens: number): number {
  const joules = (batch: number): number => clocks.batches.joules(batch, batch * promptTokens, 0);
  const rest = Math.round(group) - 1;
  const aloneJ = joules(1);
  return rest < 1 || aloneJ <= 0 ? 0 : (rest * aloneJ - joules(rest)) / ((rest + 1) * aloneJ);
}

/** An idle instance and prompts too short to fill it: wait for company while enough of it is on its way. */
export function holdForCompany(question: RoutingQuestion, choice: PrefillChoice, tunables: EcoTunables): Hold | null {
  const { nowMs, request, slo, arrivals } = question;
  if (tunables.companyWait <= 0 || choice.candidate.load.headSinceMs !== null || arrivals.meanPromptTokens === null) return null;
  const untilMs = request.arrivalMs + tunables.companyWait * slo.ttftMs;
  if (untilMs <= nowMs || arrivals.queuedTokens >= choice.clocks.groupTokens) return null;
  const group = arrivals.queued + (arrivals.requestRatePerS * (untilMs - nowMs)) / MS_PER_S;
  if (companySaving(choice, group, arrivals.meanPromptTokens) < tunables.companySaving) return null;
  // The first runs alone, and the rest after it.
  if (untilMs + 2 * (choice.doneMs - choice.startMs) > choice.deadlineMs || !queueIsSafe(question, choice, untilMs)) return null;
  return { kind: 'hold', untilMs, reason: 'short prompts wait for company' };
}

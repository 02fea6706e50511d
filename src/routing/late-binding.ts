import type { PrefillLoad } from '../telemetry/load.ts';
import { freeAtMs, queuedAt, runningTokens, type LetGo } from './iteration.ts';
import type { Candidate, RoutingPolicy, RoutingQuestion } from './policy.ts';

export interface LateBindingTunables extends LetGo {
  /** What may queue at one instance for its next iteration, unless a single prompt is longer. */
  readonly batchTokens: number;
}

/** Half of the engines' usual chunk. */
export const LATE_BINDING_TUNABLES: LateBindingTunables = { earlyMs: 8, earlyPart: 0.1, batchTokens: 8192 };

function takesMore({ load }: Candidate<PrefillLoad>, promptTokens: number, batchTokens: number): boolean {
  return queuedAt(load) === 0 || load.waitingTokens - runningTokens(load) + promptTokens <= batchTokens;
}

/**
 * One queue at the gateway for any policy: a request leaves when a prefill instance is idle or about to be, and then the
 * policy sees only those. Whoever has left too early stands behind a long prompt while another instance is free.
 */
export const lateBinding = (policy: RoutingPolicy, tunables: LateBindingTunables = LATE_BINDING_TUNABLES): RoutingPolicy => ({
  id: `${policy.id}-late`,
  choose(question: RoutingQuestion) {
    const { nowMs, request, slo } = question;
    // It is late anyway, and a hold must end whatever the telemetry says.
    if (nowMs - request.arrivalMs >= slo.ttftMs) return policy.choose(question);
    const free: Candidate<PrefillLoad>[] = [];
    let nextMs = Infinity;
    for (const candidate of question.prefill) {
      const atMs = freeAtMs(candidate, tunables);
      if (atMs > nowMs) nextMs = Math.min(nextMs, atMs);
      else if (takesMore(candidate, request.promptTokens, tunables.batchTokens)) free.push(candidate);
    }
    if (free.length > 0) return policy.choose({ ...question, prefill: free });
    // Everybody's next iteration is full: its end will ask again, this is for the case that nobody tells of it.
    const untilMs = nextMs < Infinity ? nextMs : nowMs + tunables.earlyMs;
    return { kind: 'hold', untilMs, reason: 'every prefill instance is busy' };
  },
});
